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

#endif
