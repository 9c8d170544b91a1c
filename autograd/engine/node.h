/* A node in memory: what the fields hold is said in node.py. */
#ifndef AG_NODE
#define AG_NODE
#include <Python.h>

typedef struct {
    PyObject_HEAD
    int code, mark; /* what a sweep reads comes first, in one line of the cache */
    double grad;
    PyObject *p0, *p1;
    union { double d0, pending; }; /* of an operation, of a leaf */
    union { double d1; long long level; };
    double data;
    PyObject *note;
} ag_node;

/* Nodes of many operands hold a tuple of them, and in a bytes object the partials as doubles and, if operands are cut, a flag
   for each. */
static inline double *ag_doubles(PyObject *packed) { return (double *)PyBytes_AS_STRING(packed); }

static inline char *ag_flags(PyObject *packed, Py_ssize_t n) {
    Py_ssize_t size = n * (Py_ssize_t)sizeof(double);
    return PyBytes_GET_SIZE(packed) > size ? PyBytes_AS_STRING(packed) + size : NULL;
}

static inline PyObject *ag_pack(PyObject *numbers) {
    Py_ssize_t n = PyTuple_GET_SIZE(numbers), i, cuts = 0;
    for (i = 0; i < n; i++) cuts |= PyTuple_GET_ITEM(numbers, i) == Py_None;
    PyObject *packed = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(double) + cuts * n);
    if (!packed) return NULL;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GET_ITEM(numbers, i);
        double number = item == Py_None ? 0.0 : PyFloat_AsDouble(item);
        if (number == -1.0 && PyErr_Occurred()) {
            Py_DECREF(packed);
            return NULL;
        }
        ag_doubles(packed)[i] = number;
        if (cuts) ag_flags(packed, n)[i] = item == Py_None;
    }
    return packed;
}

#endif
