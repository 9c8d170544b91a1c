/* The compiled twin's memory: nodes are made and freed here, without the collector and without recursion.

   The struct mirrors class Value of value.pxd (checked when the module is loaded). Nodes are not tracked by the collector: a
   node holds its parents only, so no cycle can go through it. A node that dies is put on a list; the outermost call frees
   what is on it, parents included, so a chain of any length needs no C stack. */
#include <Python.h>
#include "kernels.h"
#include "loops.h"

typedef struct {
    PyObject_HEAD
    int code, mark;
    double grad;
    PyObject *p0, *p1;
    double d0, d1;
    double data;
    PyObject *note;
} ag_node;

#ifndef AG_SPARE_MAX
#define AG_SPARE_MAX 16384 /* freed nodes kept for reuse: 1.3 MB */
#endif
static PyObject *ag_spare, *ag_dead; /* lists, linked through p0 and p1 */
static int ag_spares, ag_freeing;

static double ag_at_birth; /* the gradient that a new operation starts with: -0 while there are traces */

static inline void ag_mark_births(int traces) { ag_at_birth = traces ? -0.0 : 0.0; }
static inline double ag_grad_at_birth(void) { return ag_at_birth; }

/* A new node of class `type` with parents a and b, which may be NULL. */
static inline PyObject *ag_new(PyTypeObject *type, int code, PyObject *a, PyObject *b) {
    PyObject *o = ag_spare;
    ag_node *n = (ag_node *)o;
    if (o) {
        ag_spare = n->p0;
        ag_spares--;
        o->ob_refcnt = 1;
    } else {
        o = (PyObject *)PyObject_Malloc(sizeof(ag_node));
        if (!o) return PyErr_NoMemory();
        PyObject_Init(o, type);
        n = (ag_node *)o;
    }
    n->code = code;
    n->mark = 0;
    n->grad = code ? ag_at_birth : 0.0;
    n->d0 = n->d1 = 0.0;
    if (!a) a = Py_None;
    if (!b) b = Py_None;
    Py_INCREF(a);
    Py_INCREF(b);
    Py_INCREF(Py_None);
    n->p0 = a;
    n->p1 = b;
    n->note = Py_None;
    return o;
}

static void ag_dealloc(PyObject *o) {
    ag_node *n = (ag_node *)o;
    *(PyObject **)&n->grad = ag_dead;
    ag_dead = o;
    if (ag_freeing) return;
    ag_freeing = 1;
    while ((o = ag_dead)) {
        n = (ag_node *)o;
        ag_dead = *(PyObject **)&n->grad;
        PyObject *a = n->p0, *b = n->p1, *note = n->note;
        if (ag_spares < AG_SPARE_MAX) {
            n->p0 = ag_spare;
            ag_spare = o;
            ag_spares++;
        } else
            PyObject_Free(o);
        Py_DECREF(a);
        Py_DECREF(b); /* the younger last: it is freed next, and lies nearer in memory */
        Py_DECREF(note);
    }
    ag_freeing = 0;
}

/* The four commonest operators on a Value and a Value or float, without the detours of the general way, which takes over
   for all other operands and while a mode is on. */
static PyTypeObject *ag_type;
static const int *ag_modes;

static inline int ag_number(PyObject *x, double *number) {
    if (Py_TYPE(x) == ag_type) *number = ((ag_node *)x)->data;
    else if (PyFloat_CheckExact(x)) *number = PyFloat_AS_DOUBLE(x);
    else return 0;
    return 1;
}

#define AG_OPERATOR(name, CODE)                                          \
    static binaryfunc ag_general_##name;                                 \
    static PyObject *ag_fast_##name(PyObject *a, PyObject *b) {          \
        double x, y;                                                     \
        if (*ag_modes || !ag_number(a, &x) || !ag_number(b, &y))         \
            return ag_general_##name(a, b);                              \
        PyObject *o = ag_new(ag_type, CODE, a, b);                       \
        if (o) {                                                         \
            ag_node *n = (ag_node *)o;                                   \
            double z = n->data = ag_##name(x, y);                        \
            n->d0 = ag_##name##_0(x, y, z);                              \
            n->d1 = ag_##name##_1(x, y, z);                              \
        }                                                                \
        return o;                                                        \
    }

AG_OPERATOR(add, AG_ADD)
AG_OPERATOR(sub, AG_SUB)
AG_OPERATOR(mul, AG_MUL)
AG_OPERATOR(div, AG_DIV)

#define AG_INSTALL(name, slot) (ag_general_##name = numbers->slot, numbers->slot = ag_fast_##name)

/* Let the class use all this; -1 if its layout is not the one above. */
static int ag_adopt(PyTypeObject *type, const int *modes) {
    PyNumberMethods *numbers = type->tp_as_number;
    if (type->tp_basicsize != (Py_ssize_t)sizeof(ag_node) || PyType_IS_GC(type)) {
        PyErr_SetString(PyExc_ImportError, "autograd.engine.value was compiled with another layout than node.h");
        return -1;
    }
    ag_type = type;
    ag_modes = modes;
    type->tp_dealloc = ag_dealloc;
    AG_INSTALL(add, nb_add);
    AG_INSTALL(sub, nb_subtract);
    AG_INSTALL(mul, nb_multiply);
    AG_INSTALL(div, nb_true_divide);
    return 0;
}

/* Nodes of many operands hold a tuple of them, and the local derivatives as doubles in a bytes object. */
static inline double *ag_doubles(PyObject *packed) { return (double *)PyBytes_AS_STRING(packed); }

static PyObject *ag_pack(PyObject *numbers) {
    Py_ssize_t n = PyTuple_GET_SIZE(numbers);
    PyObject *packed = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(double));
    if (!packed) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        double number = PyFloat_AsDouble(PyTuple_GET_ITEM(numbers, i));
        if (number == -1.0 && PyErr_Occurred()) {
            Py_DECREF(packed);
            return NULL;
        }
        ag_doubles(packed)[i] = number;
    }
    return packed;
}

/* The numbers of a list or tuple of n Values and floats, put into x, and the items into a tuple from `first` on: the number
   of Values among them, -1 if anything else is. */
static Py_ssize_t ag_take(PyObject *xs, Py_ssize_t n, double *x, PyObject *items, Py_ssize_t first) {
    PyObject **from = PySequence_Fast_ITEMS(xs);
    Py_ssize_t values = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!ag_number(from[i], x + i)) return -1;
        values += Py_TYPE(from[i]) == ag_type;
        Py_INCREF(from[i]);
        PyTuple_SET_ITEM(items, first + i, from[i]);
    }
    return values;
}

/* The node of a reduction of list p, or of p and q (else None): a float where no Value is among the operands, NotImplemented
   where they are not lists or tuples of one length, not 0, of Values and floats. */
static PyObject *ag_reduced(int op, PyObject *p, PyObject *q) {
    double few[128], *x = few, z;
    Py_ssize_t more = -1, values = -1, lists = 1 + (q != Py_None), n;
    PyObject *operands = NULL, *packed = NULL, *node = NULL;
    if (!(PyList_CheckExact(p) || PyTuple_CheckExact(p)) || !(n = PySequence_Fast_GET_SIZE(p))) Py_RETURN_NOTIMPLEMENTED;
    if (lists == 2 && (!(PyList_CheckExact(q) || PyTuple_CheckExact(q)) || PySequence_Fast_GET_SIZE(q) != n))
        Py_RETURN_NOTIMPLEMENTED;
    if (!(operands = PyTuple_New(lists * n))) return NULL;
    PyObject_GC_UnTrack(operands); /* nothing in it is tracked either */
    if (lists * n > 128 && !(x = PyMem_Malloc(lists * n * sizeof(double)))) {
        PyErr_NoMemory();
        goto done;
    }
    values = ag_take(p, n, x, operands, 0);
    if (values >= 0 && lists == 2) {
        more = ag_take(q, n, x + n, operands, n);
        values = more < 0 ? -1 : values + more;
    }
    if (values < 0) {
        node = Py_NewRef(Py_NotImplemented);
    } else if (values == 0) {
        node = PyFloat_FromDouble(ag_reduce(op, x, x + n, n, NULL));
    } else if ((packed = PyBytes_FromStringAndSize(NULL, lists * n * (Py_ssize_t)sizeof(double)))) {
        z = ag_reduce(op, x, x + n, n, ag_doubles(packed));
        if ((node = ag_new(ag_type, op, operands, packed))) ((ag_node *)node)->data = z;
    }
done:
    if (x != few) PyMem_Free(x);
    Py_XDECREF(packed);
    Py_DECREF(operands);
    return node;
}

static int ag_set_method(PyObject *type, PyObject *name, PyObject *method) {
    if (PyDict_SetItem(((PyTypeObject *)type)->tp_dict, name, method) < 0) return -1;
    PyType_Modified((PyTypeObject *)type);
    return 0;
}
