/* The native executor for one point: segments, runs of like instructions, one after the other; blocks.h has many points.
   Knows nothing of Python. Kernels, opcodes and the fields of a segment are printed into program_kernels.h. */
#ifndef AG_NATIVE
#define AG_NATIVE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(AG_MULTIVERSION)
#define AG_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AG_CLONES
#endif
#if defined(__GNUC__)
#define AG_INLINE static inline __attribute__((always_inline))
#else
#define AG_INLINE static inline
#define restrict __restrict
#endif
#include "program_kernels.h"

enum { AG_CHUNK = 256 }; /* results at a time for which operands are brought together */

typedef struct {
    int inputs, constants, slots, instructions, segments, outputs, guards;
    int *op, *a, *b, *c, *pool, *segment, *index, *output, *guard;
    unsigned char *outcome; /* of guards, in the trace */
    double *constant;
} ag_program;

/* ---- sums and products on one point. W lanes are W neighbouring results; each keeps the order of its own sum. */

#define AG_LANES(W, PI, QI)                                                                       \
    for (; m >= W; m -= W, p += W * PI, q += W * QI, o += W) {                                    \
        double t[W];                                                                              \
        for (int l = 0; l < W; l++) t[l] = o[l];                                                  \
        const double *x = p, *y = q;                                                              \
        for (int j = 0; j < k; j++, x += pk, y += qk)                                             \
            for (int l = 0; l < W; l++) t[l] += x[l * PI] * y[l * QI];                            \
        for (int l = 0; l < W; l++) o[l] = t[l];                                                  \
    }

#define AG_TILE_KERNEL(name, PI, QI)                                                                     \
    AG_CLONES static void name(double *restrict o, const double *restrict p, const double *restrict q, int m, int k, \
                               ptrdiff_t pk, ptrdiff_t qk, ptrdiff_t pi, ptrdiff_t qi) {                              \
        (void)pi; (void)qi;                                                                       \
        AG_LANES(16, PI, QI) AG_LANES(4, PI, QI) AG_LANES(1, PI, QI)                              \
    }
AG_TILE_KERNEL(ag_tile_11, 1, 1)
AG_TILE_KERNEL(ag_tile_10, 1, 0)
AG_TILE_KERNEL(ag_tile_01, 0, 1)

/* Neighbouring results read rows of p that lie apart: eight sums side by side. */
static void ag_tile_rows(double *restrict o, const double *restrict p, const double *restrict q, int m, int k, ptrdiff_t pk, ptrdiff_t qk,
                         ptrdiff_t pi, ptrdiff_t qi) {
    for (; m >= 8; m -= 8, p += 8 * pi, q += 8 * qi, o += 8) {
        double t0 = o[0], t1 = o[1], t2 = o[2], t3 = o[3], t4 = o[4], t5 = o[5], t6 = o[6], t7 = o[7];
        const double *x = p, *y = q, *z = p + 4 * pi;
        for (int j = 0; j < k; j++, x += pk, y += qk, z += pk) {
            t0 += x[0] * y[0];
            t1 += x[pi] * y[qi];
            t2 += x[2 * pi] * y[2 * qi];
            t3 += x[3 * pi] * y[3 * qi];
            t4 += z[0] * y[4 * qi];
            t5 += z[pi] * y[5 * qi];
            t6 += z[2 * pi] * y[6 * qi];
            t7 += z[3 * pi] * y[7 * qi];
        }
        o[0] = t0, o[1] = t1, o[2] = t2, o[3] = t3, o[4] = t4, o[5] = t5, o[6] = t6, o[7] = t7;
    }
    AG_LANES(1, pi, qi)
}

static void ag_tile(double *o, const double *p, const double *q, int m, int k, ptrdiff_t pk, ptrdiff_t qk, ptrdiff_t pi, ptrdiff_t qi) {
    if (pi == 1 && qi == 1) ag_tile_11(o, p, q, m, k, pk, qk, pi, qi);
    else if (pi == 1 && qi == 0) ag_tile_10(o, p, q, m, k, pk, qk, pi, qi);
    else if (pi == 0 && qi == 1) ag_tile_01(o, p, q, m, k, pk, qk, pi, qi);
    else if (qi == 0) ag_tile_rows(o, p, q, m, k, pk, qk, pi, 0);
    else ag_tile_rows(o, p, q, m, k, pk, qk, pi, qi);
}

static inline double ag_initial(const double *v, const int *index, int kind, int place, int i) {
    return v[kind == AG_ROW ? place + i : kind == AG_SAME ? place : index[place + i]];
}

static void ag_run_tile(const ag_program *g, double *v, const int *s) {
    int n = s[AG_LENGTH], kind = s[AG_INITIAL_KIND], place = s[AG_INITIAL_PLACE];
    double *o = v + s[AG_RESULT];
    if (kind != AG_ROW || place != s[AG_RESULT])
        for (int i = 0; i < n; i++) o[i] = ag_initial(v, g->index, kind, place, i);
    ag_tile(o, v + s[AG_P], v + s[AG_Q], n, s[AG_TERMS], s[AG_P_TERM], s[AG_Q_TERM], s[AG_P_LANE], s[AG_Q_LANE]);
}

static double ag_listed_dot(const double *v, const int *p, const int *q, int k, double t) {
    for (int j = 0; j < k; j++) t += v[p[j]] * v[q[j]];
    return t;
}

/* The first third of the operands says which products count. */
static void ag_run_zdots(const ag_program *g, double *v, const int *s) {
    int n = s[AG_LENGTH], count = s[AG_COUNT], k = count / 3;
    const int *r = g->pool + s[AG_POOL];
    for (int i = 0; i < n; i++, r += count) {
        double t = ag_initial(v, g->index, s[AG_INITIAL_KIND], s[AG_INITIAL_PLACE], i);
        for (int j = 0; j < k; j++) t += v[r[j]] != 0.0 ? v[r[j + k]] * v[r[j + 2 * k]] : 0.0;
        v[s[AG_RESULT] + i] = t;
    }
}

/* Four sums at a time, so that one does not wait for another. */
static void ag_run_dots(const ag_program *g, double *v, const int *s) {
    int op = s[AG_OPERATION], n = s[AG_LENGTH], count = s[AG_COUNT], k = op == AG_OP_SUM ? count : count / 2, i = 0;
    const int *p = g->pool + s[AG_POOL];
    double *o = v + s[AG_RESULT];
    for (; i < n; i++) o[i] = ag_initial(v, g->index, s[AG_INITIAL_KIND], s[AG_INITIAL_PLACE], i);
    if (op == AG_OP_SUM) {
        for (i = 0; i + 4 <= n; i += 4, p += 4 * count) {
            double t0 = o[i], t1 = o[i + 1], t2 = o[i + 2], t3 = o[i + 3];
            for (int j = 0; j < k; j++) t0 += v[p[j]], t1 += v[p[j + k]], t2 += v[p[j + 2 * k]], t3 += v[p[j + 3 * k]];
            o[i] = t0, o[i + 1] = t1, o[i + 2] = t2, o[i + 3] = t3;
        }
        for (; i < n; i++, p += count) {
            double t = o[i];
            for (int j = 0; j < k; j++) t += v[p[j]];
            o[i] = t;
        }
        return;
    }
    for (i = 0; i + 4 <= n; i += 4, p += 4 * count) {
        double t0 = o[i], t1 = o[i + 1], t2 = o[i + 2], t3 = o[i + 3];
        const int *p1 = p + count, *p2 = p1 + count, *p3 = p2 + count;
        for (int j = 0; j < k; j++) {
            t0 += v[p[j]] * v[p[j + k]];
            t1 += v[p1[j]] * v[p1[j + k]];
            t2 += v[p2[j]] * v[p2[j + k]];
            t3 += v[p3[j]] * v[p3[j + k]];
        }
        o[i] = t0, o[i + 1] = t1, o[i + 2] = t2, o[i + 3] = t3;
    }
    for (; i < n; i++, p += count) o[i] = ag_listed_dot(v, p, p + k, k, o[i]);
}

/* The place that an index means among `size` items; -1 where it means none. */
static inline int ag_place(double index, int size) {
    if (!(index >= -size && index < size) || index != floor(index)) return -1;
    return (int)index + (index < 0.0 ? size : 0);
}

static int ag_run_others(const ag_program *g, double *v, const int *s) {
    int op = s[AG_OPERATION], n = s[AG_LENGTH], count = s[AG_COUNT], bad = 0;
    const int *p = g->pool + s[AG_POOL];
    double *o = v + s[AG_RESULT];
    for (int i = 0; i < n; i++, p += count) {
        if (op == AG_OP_TAKE) {
            int place = ag_place(v[p[0]], count - 1);
            bad |= place < 0;
            o[i] = place < 0 ? NAN : v[p[1 + place]];
        } else {
            double best = v[p[0]];
            int place = 0;
            if (op == AG_OP_PIVOT)
                for (int j = 1; j < count; j++)
                    if (v[p[j]] > best) best = v[p[j]], place = j;
            o[i] = op == AG_OP_PIVOT ? place : best;
        }
    }
    return bad;
}

/* ---- one point */

/* Where operand number k of results from `start` on can be read as a row: in `v`, or brought together in `room`. */
static inline const double *ag_operand_row(const ag_program *g, const double *v, const int *s, int k, int start, int n, double *room) {
    int kind = s[AG_KIND + 2 * k], place = s[AG_PLACE + 2 * k];
    if (kind == AG_ROW) return v + place + start;
    if (kind == AG_SAME) {
        double x = v[place];
        for (int i = 0; i < n; i++) room[i] = x;
    } else {
        const int *at = g->index + place + start;
        for (int i = 0; i < n; i++) room[i] = v[at[i]];
    }
    return room;
}

static void ag_run_fixed(const ag_program *g, double *v, const int *s) {
    double x[AG_CHUNK], y[AG_CHUNK], w[AG_CHUNK];
    int op = s[AG_OPERATION], arity = ag_arity[op];
    for (int start = 0; start < s[AG_LENGTH]; start += AG_CHUNK) {
        int n = s[AG_LENGTH] - start < AG_CHUNK ? s[AG_LENGTH] - start : AG_CHUNK;
        const double *a = ag_operand_row(g, v, s, 0, start, n, x);
        const double *b = arity > 1 ? ag_operand_row(g, v, s, 1, start, n, y) : a;
        const double *c = arity > 2 ? ag_operand_row(g, v, s, 2, start, n, w) : a;
        ag_kernels[op](n, v + s[AG_RESULT] + start, a, b, c);
    }
}

/* All slots from the inputs and constants in `v`: 0, or 1 where an index of a take was out of range. */
static int ag_run(const ag_program *g, double *v) {
    int bad = 0;
    const int *s = g->segment;
    for (int i = 0; i < g->segments; i++, s += AG_SEGMENT) {
        int op = s[AG_OPERATION];
        if (op < AG_FIXED) {
            if (s[AG_LENGTH] == 1) ag_kernels[op](1, v + s[AG_RESULT], v + s[AG_PLACE], v + s[AG_PLACE + 2], v + s[AG_PLACE + 4]);
            else ag_run_fixed(g, v, s);
        } else if (op == AG_TILE) ag_run_tile(g, v, s);
        else if (op == AG_OP_ZDOT) ag_run_zdots(g, v, s);
        else if (op <= AG_OP_ZDOT) ag_run_dots(g, v, s);
        else bad |= ag_run_others(g, v, s);
    }
    return bad;
}

/* ---- after a run */

typedef struct {
    int slot, count;
} ag_piece; /* neighbouring slots that are outputs */

/* The pieces of the outputs, into room for one each; how many. */
static int ag_find_pieces(const ag_program *g, ag_piece *piece) {
    int n = 0;
    for (int i = 0; i < g->outputs; i++) {
        if (i && g->output[i] == g->output[i - 1] + 1) piece[n - 1].count++;
        else piece[n++] = (ag_piece){g->output[i], 1};
    }
    return n;
}

AG_CLONES static int ag_is_any_nan(const double *x, ptrdiff_t n) {
    int found = 0;
    for (ptrdiff_t i = 0; i < n; i++) found |= x[i] != x[i];
    return found;
}

static int ag_any_nan(const ag_piece *piece, int pieces, const double *v) {
    for (int i = 0; i < pieces; i++) {
        int few = piece[i].count < 8, found = 0;
        for (int j = 0; few && j < piece[i].count; j++) found |= v[piece[i].slot + j] != v[piece[i].slot + j];
        if (found || (!few && ag_is_any_nan(v + piece[i].slot, piece[i].count))) return 1;
    }
    return 0;
}

/* The first guard whose number is not what the trace saw; -1 if there is none. */
static int ag_first_broken(const ag_program *g, const double *v) {
    for (int i = 0; i < g->guards; i++)
        if ((v[g->guard[i]] != 0.0) != g->outcome[i]) return i;
    return -1;
}
#endif
