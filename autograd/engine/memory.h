/* The memory of nodes when value.py is compiled: they are made and freed here, without the collector and without recursion.

   A node holds its operands only, which are older, so no cycle can go through it and the collector need not track it. A node
   that dies is put on a list; the outermost call frees what is on it, operands included, so a chain of any length needs no C
   stack. The lists are static: include this file in one extension only. */
#include "kernels.h"
#include "loops.h"
#include "node.h"

#ifndef AG_SPARE_MAX
#define AG_SPARE_MAX 16384 /* freed nodes kept for reuse: 1.3 MB */
#endif
#ifdef __GNUC__
#define AG_ONE_LINE __attribute__((aligned(64))) /* of the cache */
#else
#define AG_ONE_LINE
#endif
static struct {
    PyTypeObject *type;
    PyObject *spare, *dead; /* lists, linked through p0 and through grad */
    int spares, freeing;
    int flags;    /* what is set in the code of new operations */
    int switched; /* whether modes or traces are on, which the fast operators below leave to the general ones */
    int age;      /* the mark of new nodes */
} ag AG_ONE_LINE;

static inline void ag_switch(int modes, int flags) { ag.flags = flags, ag.switched = modes || flags; }
static inline int ag_code(int op) { return op ? op | ag.flags : 0; }
static inline int ag_age(void) { return ag.age; }
static inline void ag_set_age(int age) { ag.age = age; }

/* A new node of class `type` with operands a and b, None where there is none. */
static inline PyObject *ag_new(PyTypeObject *type, int code, PyObject *a, PyObject *b) {
    PyObject *o = ag.spare;
    ag_node *n = (ag_node *)o;
    if (o) {
        ag.spare = n->p0;
        ag.spares--;
        o->ob_refcnt = 1;
    } else {
        o = (PyObject *)PyObject_Malloc(sizeof(ag_node));
        if (!o) return PyErr_NoMemory();
        PyObject_Init(o, type);
        n = (ag_node *)o;
    }
    n->code = code;
    n->mark = ag.age;
    n->grad = n->d0 = n->d1 = 0.0;
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
    *(PyObject **)&n->grad = ag.dead;
    ag.dead = o;
    if (ag.freeing) return;
    ag.freeing = 1;
    while ((o = ag.dead)) {
        n = (ag_node *)o;
        ag.dead = *(PyObject **)&n->grad;
        PyObject *a = n->p0, *b = n->p1, *note = n->note;
        if (ag.spares < AG_SPARE_MAX) {
            n->p0 = ag.spare;
            ag.spare = o;
            ag.spares++;
        } else
            PyObject_Free(o);
        Py_DECREF(a);
        Py_DECREF(b); /* the younger last: it is freed next, and lies nearer in memory */
        Py_DECREF(note);
    }
    ag.freeing = 0;
}

/* The four commonest operators on a Value and a Value or float, on the shortest path; the general operators take all other
   operands, and all while a mode or a trace is on. */

static inline int ag_number(PyObject *x, double *number) {
    if (Py_TYPE(x) == ag.type) *number = ((ag_node *)x)->data;
    else if (PyFloat_CheckExact(x)) *number = PyFloat_AS_DOUBLE(x);
    else return 0;
    return 1;
}

#define AG_OPERATOR(name, CODE)                                          \
    static binaryfunc ag_general_##name;                                 \
    static PyObject *ag_fast_##name(PyObject *a, PyObject *b) {          \
        double x, y;                                                     \
        if (ag.switched || !ag_number(a, &x) || !ag_number(b, &y))       \
            return ag_general_##name(a, b);                              \
        PyObject *o = ag_new(ag.type, CODE, a, b);                       \
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

/* Let the class use all this; -1 if its layout is not that of node.h. */
static int ag_adopt(PyTypeObject *type) {
    PyNumberMethods *numbers = type->tp_as_number;
    if (type->tp_basicsize != (Py_ssize_t)sizeof(ag_node) || PyType_IS_GC(type)) {
        PyErr_SetString(PyExc_ImportError, "autograd.engine.node was compiled with another layout than node.h");
        return -1;
    }
    ag.type = type;
    type->tp_dealloc = ag_dealloc;
    AG_INSTALL(add, nb_add);
    AG_INSTALL(sub, nb_subtract);
    AG_INSTALL(mul, nb_multiply);
    AG_INSTALL(div, nb_true_divide);
    return 0;
}

/* The numbers of a list or tuple of n Values and floats, put into x, and the items into a tuple from `first` on: the number
   of Values among them, -1 if anything else is. */
static Py_ssize_t ag_take(PyObject *xs, Py_ssize_t n, double *x, PyObject *items, Py_ssize_t first) {
    PyObject **from = PySequence_Fast_ITEMS(xs);
    Py_ssize_t values = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!ag_number(from[i], x + i)) return -1;
        values += Py_TYPE(from[i]) == ag.type;
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
        if ((node = ag_new(ag.type, ag_code(op), operands, packed))) ((ag_node *)node)->data = z;
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
