/* The native executor for Python: a Plan holds a program's arrays and runs it on numbers and on buffers of them. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "blocks.h"

enum { AG_SPARES = 8, AG_LONG = 3000 }; /* work areas kept; slots from which others may run meanwhile */

typedef struct {
    PyObject_HEAD
    ag_program g;
    double *spare[AG_SPARES];
    int spares;
    ag_rows rows; /* for many points: assigned when first needed */
    ag_piece *piece; /* of outputs, if some are looked at */
    int pieces;
    PyObject *exact; /* NULL, or the Plan that runs where an output of this one is nan, or a function that makes it */
} Plan;

static PyTypeObject PlanType;

static void *copied(Py_buffer *view) {
    void *p = malloc(view->len ? view->len : 1);
    if (p) memcpy(p, view->buf, view->len);
    return p;
}

static void plan_dealloc(Plan *self) {
    ag_program *g = &self->g;
    void *arrays[] = {g->op, g->a, g->b, g->c, g->pool, g->segment, g->index, g->output, g->guard, g->outcome, g->constant, self->rows.of, self->rows.direct};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
    free(self->piece);
    Py_XDECREF(self->exact);
    for (int i = 0; i < self->spares; i++) free(self->spare[i]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int plan_init(Plan *self, PyObject *args, PyObject *kwargs) {
    Py_buffer b[11];
    int inputs;
    PyObject *exact;
    if (kwargs || !PyArg_ParseTuple(args, "iy*y*y*y*y*y*y*y*y*y*y*O", &inputs, b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6, b + 7, b + 8,
                                    b + 9, b + 10, &exact))
        return -1;
    ag_program *g = &self->g;
    void **to[] = {(void **)&g->constant, (void **)&g->op, (void **)&g->a, (void **)&g->b, (void **)&g->c, (void **)&g->pool,
                   (void **)&g->output, (void **)&g->guard, (void **)&g->outcome, (void **)&g->segment, (void **)&g->index};
    int missing = 0;
    for (int i = 0; i < 11; i++) missing |= (*to[i] = copied(b + i)) == NULL;
    g->inputs = inputs;
    g->constants = (int)(b[0].len / sizeof(double));
    g->instructions = (int)(b[1].len / sizeof(int));
    g->slots = g->inputs + g->constants + g->instructions;
    g->outputs = (int)(b[6].len / sizeof(int));
    g->guards = (int)(b[7].len / sizeof(int));
    g->segments = (int)(b[9].len / (AG_SEGMENT * sizeof(int)));
    for (int i = 0; i < 11; i++) PyBuffer_Release(b + i);
    if (exact != Py_None && !missing) {
        self->exact = Py_NewRef(exact);
        self->piece = malloc((g->outputs + 1) * sizeof(ag_piece));
        missing = !self->piece;
        if (!missing) self->pieces = ag_find_pieces(g, self->piece);
    }
    if (missing) PyErr_NoMemory();
    return missing ? -1 : 0;
}

/* A work area with the constants in place. */
static double *borrow(Plan *self) {
    if (self->spares) return self->spare[--self->spares];
    double *v = malloc((size_t)(self->g.slots + 1) * sizeof(double));
    if (!v) PyErr_NoMemory();
    else memcpy(v + self->g.inputs, self->g.constant, self->g.constants * sizeof(double));
    return v;
}

static void give_back(Plan *self, double *v) {
    if (self->spares < AG_SPARES) self->spare[self->spares++] = v;
    else free(v);
}

/* The Plan to run in place of this one; NULL with an exception where it cannot be made. */
static Plan *exact_of(Plan *self) {
    if (!Py_IS_TYPE(self->exact, &PlanType)) {
        PyObject *made = PyObject_CallNoArgs(self->exact);
        if (!made) return NULL;
        if (!Py_IS_TYPE(made, &PlanType)) {
            Py_DECREF(made);
            PyErr_SetString(PyExc_TypeError, "the exact plan is no Plan");
            return NULL;
        }
        PyObject *before = self->exact;
        self->exact = made;
        Py_DECREF(before);
    }
    return (Plan *)self->exact;
}

/* -1 if all went as the trace saw, else the first broken guard; -2 with an exception for a bad index; AG_UNSURE. */
static int execute(Plan *self, double *v) {
    int bad;
    if (self->g.slots < AG_LONG) bad = ag_run(&self->g, v);
    else {
        Py_BEGIN_ALLOW_THREADS
        bad = ag_run(&self->g, v);
        Py_END_ALLOW_THREADS
    }
    if (self->exact && ag_any_nan(self->piece, self->pieces, v)) return AG_UNSURE;
    int broken = ag_first_broken(&self->g, v);
    if (broken < 0 && bad) {
        PyErr_SetString(PyExc_IndexError, AG_BAD_INDEX);
        return -2;
    }
    return broken;
}

/* call(args): a tuple of floats from a tuple of floats or ints; the number of a broken guard; None where args are others. */
static PyObject *plan_call(Plan *self, PyObject *args) {
    const ag_program *g = &self->g;
    if (!PyTuple_CheckExact(args) || PyTuple_GET_SIZE(args) != g->inputs) Py_RETURN_NONE;
    double *v = borrow(self);
    if (!v) return NULL;
    PyObject *result = NULL;
    for (int i = 0; i < g->inputs; i++) {
        PyObject *x = PyTuple_GET_ITEM(args, i);
        if (PyFloat_CheckExact(x)) v[i] = PyFloat_AS_DOUBLE(x);
        else if (PyLong_CheckExact(x)) {
            v[i] = PyLong_AsDouble(x);
            if (v[i] == -1.0 && PyErr_Occurred()) goto end;
        } else {
            result = Py_NewRef(Py_None);
            goto end;
        }
    }
    int broken = execute(self, v);
    if (broken == -2) goto end;
    if (broken == AG_UNSURE) {
        Plan *exact = exact_of(self);
        result = exact ? plan_call(exact, args) : NULL;
    } else if (broken >= 0) result = PyLong_FromLong(broken);
    else if ((result = PyTuple_New(g->outputs)))
        for (int i = 0; i < g->outputs; i++) {
            PyObject *x = PyFloat_FromDouble(v[g->output[i]]);
            if (!x) {
                Py_CLEAR(result);
                break;
            }
            PyTuple_SET_ITEM(result, i, x);
        }
end:
    give_back(self, v);
    return result;
}

/* run(inputs, outputs): reads floats and buffers of floats, one after the other, writes buffers; -1 or the broken guard. */
static PyObject *plan_run(Plan *self, PyObject *args) {
    const ag_program *g = &self->g;
    PyObject *inputs, *outputs;
    if (!PyArg_ParseTuple(args, "O!O!", &PyTuple_Type, &inputs, &PyTuple_Type, &outputs)) return NULL;
    double *v = borrow(self);
    if (!v) return NULL;
    PyObject *result = NULL;
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(inputs); i++) {
        PyObject *x = PyTuple_GET_ITEM(inputs, i);
        if (PyFloat_CheckExact(x)) {
            if (at < g->inputs) v[at] = PyFloat_AS_DOUBLE(x);
            at++;
            continue;
        }
        Py_buffer view;
        if (PyObject_GetBuffer(x, &view, PyBUF_C_CONTIGUOUS)) goto end;
        Py_ssize_t n = view.len / (Py_ssize_t)sizeof(double);
        if (at + n <= g->inputs) memcpy(v + at, view.buf, view.len);
        at += n;
        PyBuffer_Release(&view);
    }
    if (at != g->inputs) {
        PyErr_Format(PyExc_ValueError, "the program takes %d numbers, not %zd", g->inputs, at);
        goto end;
    }
    int broken = execute(self, v);
    if (broken == -2) goto end;
    if (broken == AG_UNSURE) {
        Plan *exact = exact_of(self);
        result = exact ? plan_run(exact, args) : NULL;
        goto end;
    }
    at = 0;
    for (Py_ssize_t i = 0; broken < 0 && i < PyTuple_GET_SIZE(outputs); i++) {
        Py_buffer view;
        if (PyObject_GetBuffer(PyTuple_GET_ITEM(outputs, i), &view, PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE)) goto end;
        Py_ssize_t n = view.len / (Py_ssize_t)sizeof(double);
        for (Py_ssize_t k = 0; k < n && at + k < g->outputs; k++) ((double *)view.buf)[k] = v[g->output[at + k]];
        at += n;
        PyBuffer_Release(&view);
    }
    if (broken < 0 && at != g->outputs) {
        PyErr_Format(PyExc_ValueError, "the program gives %d numbers, not %zd", g->outputs, at);
        goto end;
    }
    result = PyLong_FromLong(broken);
end:
    give_back(self, v);
    return result;
}

static const ag_rows *rows_of(Plan *self) {
    if (!self->rows.of && ag_assign_rows(&self->g, &self->rows)) {
        PyErr_NoMemory();
        return NULL;
    }
    return &self->rows;
}

static PyObject *plan_rows(Plan *self, void *closure) {
    const ag_rows *rows = rows_of(self);
    return rows ? PyLong_FromLong(rows->count) : NULL;
}

/* points(addresses and steps of inputs, of outputs, failures, start, stop, block): see ag_run_points; arrays of 64-bit ints. */
static PyObject *plan_points(Plan *self, PyObject *args) {
    const ag_program *g = &self->g;
    const ag_rows *rows = rows_of(self);
    Py_buffer in, in_step, out, out_step, fail;
    Py_ssize_t start, stop, block;
    if (!rows || !PyArg_ParseTuple(args, "y*y*y*y*w*nnn", &in, &in_step, &out, &out_step, &fail, &start, &stop, &block)) return NULL;
    int fits = in.len == (Py_ssize_t)(g->inputs * sizeof(double *)) && in_step.len == (Py_ssize_t)(g->inputs * sizeof(ptrdiff_t)) &&
               out.len == (Py_ssize_t)(g->outputs * sizeof(double *)) && out_step.len == (Py_ssize_t)(g->outputs * sizeof(ptrdiff_t)) &&
               block > 0 && block % AG_VECTOR == 0 && 0 <= start && start <= stop && stop <= fail.len / (Py_ssize_t)sizeof(int);
    double *v = fits ? malloc((size_t)(rows->count + 1) * (block + AG_GAP) * sizeof(double)) : NULL;
    double **at = fits ? malloc((size_t)(g->slots + 1) * sizeof(double *)) : NULL;
    unsigned char *bad = fits ? malloc(block) : NULL;
    int done = v && at && bad;
    if (done) {
        double *aligned = v + ((64 - (size_t)v % 64) % 64) / sizeof(double);
        Py_BEGIN_ALLOW_THREADS
        ag_run_points(g, rows, aligned, at, block, start, stop, in.buf, in_step.buf, out.buf, out_step.buf, fail.buf, bad, self->exact != NULL);
        Py_END_ALLOW_THREADS
    } else if (fits) PyErr_NoMemory();
    else PyErr_SetString(PyExc_ValueError, "the addresses do not fit the program");
    free(v);
    free(at);
    free(bad);
    Py_buffer *views[] = {&in, &in_step, &out, &out_step, &fail};
    for (int i = 0; i < 5; i++) PyBuffer_Release(views[i]);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

static PyGetSetDef plan_fields[] = {
    {"rows", (getter)plan_rows, NULL, "How many numbers a point takes where many are run.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef plan_methods[] = {
    {"call", (PyCFunction)plan_call, METH_O, "A tuple of floats from a tuple of floats; a broken guard; None."},
    {"run", (PyCFunction)plan_run, METH_VARARGS, "From buffers to buffers; -1 or a broken guard."},
    {"points", (PyCFunction)plan_points, METH_VARARGS, "Many points, from addresses to addresses."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject PlanType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "autograd.program._native.Plan",
    .tp_basicsize = sizeof(Plan),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "A program ready to run: Plan(inputs, constants, op, a, b, c, pool, outputs, guards, outcomes, segments, index, exact).",
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)plan_init,
    .tp_dealloc = (destructor)plan_dealloc,
    .tp_methods = plan_methods,
    .tp_getset = plan_fields,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", "Native execution of programs.", -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) {
    if (PyType_Ready(&PlanType) < 0) return NULL;
    PyObject *m = PyModule_Create(&module);
    if (m && PyModule_AddObjectRef(m, "Plan", (PyObject *)&PlanType) < 0) Py_CLEAR(m);
    return m;
}
