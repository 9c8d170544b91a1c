/* Many points: instruction by instruction on a block of points, whose numbers of one slot lie side by side in a row.
   A row serves another slot once nobody reads it any more; rows of inputs and outputs are the caller's arrays where they can be. */
#ifndef AG_BLOCKS
#define AG_BLOCKS
#include <limits.h>
#include "native.h"

enum { AG_VECTOR = 8, AG_GAP = 8 }; /* points of which a block is a multiple; numbers between rows, which else share cache sets */

/* ---- which row holds which slot */

typedef struct {
    int count, *of, *direct; /* rows; the row by slot; by output whether its slot is an instruction's that no output before it has */
} ag_rows;

/* As in _walks.py: how many slots instruction i reads, and the one that it reads as operand number k. */
static inline int ag_operand_count(const ag_program *g, int i) {
    int op = g->op[i];
    return op < AG_FIXED ? ag_arity[op] : g->b[i] + (op <= AG_OP_ZDOT);
}

static inline int ag_operand(const ag_program *g, int i, int k) {
    int op = g->op[i];
    if (op < AG_FIXED) return k == 0 ? g->a[i] : k == 1 ? g->b[i] : g->c[i];
    return k < g->b[i] ? g->pool[g->a[i] + k] : g->c[i];
}

/* 0, or -1 without memory. */
static int ag_assign_rows(const ag_program *g, ag_rows *rows) {
    int first = g->inputs + g->constants, kept = 0, count = first;
    int *of = malloc((g->slots + 1) * sizeof(int)), *direct = malloc((g->outputs + 1) * sizeof(int));
    int *last = malloc((g->slots + 1) * sizeof(int)), *unused = malloc((g->instructions + 1) * sizeof(int));
    if (!of || !direct || !last || !unused) {
        free(of), free(direct), free(last), free(unused);
        return -1;
    }
    for (int s = 0; s < g->slots; s++) last[s] = -1;
    for (int i = 0; i < g->instructions; i++)
        for (int k = 0; k < ag_operand_count(g, i); k++) last[ag_operand(g, i, k)] = i;
    for (int i = 0; i < g->guards; i++) last[g->guard[i]] = INT_MAX - 1;
    for (int i = 0; i < g->outputs; i++) {
        direct[i] = g->output[i] >= first && last[g->output[i]] != INT_MAX;
        last[g->output[i]] = INT_MAX;
    }
    for (int s = 0; s < first; s++) of[s] = s;
    for (int i = 0; i < g->instructions; i++) {
        of[first + i] = kept ? unused[--kept] : count++; /* before its operands are free: kernels want another row */
        for (int k = 0; k < ag_operand_count(g, i); k++) {
            int x = ag_operand(g, i, k);
            if (x >= first && last[x] == i) {
                unused[kept++] = of[x];
                last[x] = -1;
            }
        }
    }
    free(last), free(unused);
    *rows = (ag_rows){count, of, direct};
    return 0;
}

/* ---- sums: o becomes t and one, two or four terms, in this order; o may be t */

#define AG_ONE_SUM(name, K, SUM)                                                                                     \
    AG_CLONES static void name##K(ptrdiff_t n, double *o, const double *t, double *const *at, const int *p, const int *q) { \
        const double *x0 = at[p[0]], *x1 = at[p[1 % K]], *x2 = at[p[2 % K]], *x3 = at[p[3 % K]];                     \
        const double *y0 = at[q[0]], *y1 = at[q[1 % K]], *y2 = at[q[2 % K]], *y3 = at[q[3 % K]];                     \
        (void)x1, (void)x2, (void)x3, (void)y0, (void)y1, (void)y2, (void)y3;                                        \
        _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) o[i] = SUM;                                           \
    }
#define AG_SUMS(name, TERM)                                                        \
    AG_ONE_SUM(name, 1, t[i] + TERM(x0, y0))                                       \
    AG_ONE_SUM(name, 2, t[i] + TERM(x0, y0) + TERM(x1, y1))                        \
    AG_ONE_SUM(name, 4, t[i] + TERM(x0, y0) + TERM(x1, y1) + TERM(x2, y2) + TERM(x3, y3))
#define AG_PLAIN(x, y) x[i]
#define AG_PRODUCT(x, y) (x[i] * y[i])
AG_SUMS(ag_add_terms, AG_PLAIN)
AG_SUMS(ag_add_products, AG_PRODUCT)

/* o becomes t and the products that are reached, of `count` in the thirds of r. */
AG_CLONES static void ag_add_reached_product(ptrdiff_t n, double *o, const double *t, double *const *at, const int *r, int count) {
    const double *reached = at[r[0]], *x = at[r[count]], *y = at[r[2 * count]];
    _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) o[i] = t[i] + (reached[i] != 0.0 ? x[i] * y[i] : 0.0);
}

typedef void (*ag_adder)(ptrdiff_t, double *, const double *, double *const *, const int *, const int *);
static const ag_adder ag_adders[2][3] = {{ag_add_terms1, ag_add_terms2, ag_add_terms4},
                                         {ag_add_products1, ag_add_products2, ag_add_products4}};

static void ag_block_sum(const ag_program *g, double *const *at, ptrdiff_t n, int i, double *o) {
    const int *p = g->pool + g->a[i];
    int parts = g->op[i] - AG_OP_SUM + 1, count = g->b[i] / parts, j = 0;
    const double *t = at[g->c[i]];
    if (!count) memcpy(o, t, n * sizeof(double));
    if (g->op[i] == AG_OP_ZDOT) {
        for (; j < count; j++, t = o) ag_add_reached_product(n, o, t, at, p + j, count);
        return;
    }
    const ag_adder *add = ag_adders[parts - 1];
    const int *q = p + (parts - 1) * count;
    for (; j + 4 <= count; j += 4, t = o) add[2](n, o, t, at, p + j, q + j);
    for (; j + 2 <= count; j += 2, t = o) add[1](n, o, t, at, p + j, q + j);
    for (; j < count; j++, t = o) add[0](n, o, t, at, p + j, q + j);
}

/* ---- a block */

static void ag_block_others(const ag_program *g, double *const *at, ptrdiff_t n, int i, double *o, unsigned char *bad) {
    const int *p = g->pool + g->a[i];
    int count = g->b[i];
    const double *x = at[p[0]];
    for (ptrdiff_t l = 0; l < n; l++) {
        if (g->op[i] == AG_OP_TAKE) {
            int place = ag_place(x[l], count - 1);
            bad[l] |= place < 0;
            o[l] = place < 0 ? NAN : at[p[1 + place]][l];
        } else if (g->op[i] == AG_OP_PIVOT) {
            double best = x[l];
            o[l] = 0.0;
            for (int j = 1; j < count; j++)
                if (at[p[j]][l] > best) best = at[p[j]][l], o[l] = j;
        } else o[l] = x[l];
    }
}

static void ag_run_block(const ag_program *g, double *const *at, ptrdiff_t n, unsigned char *bad) {
    double *const *to = at + g->inputs + g->constants;
    for (int i = 0; i < g->instructions; i++) {
        int op = g->op[i];
        if (op < AG_FIXED) ag_kernels[op](n, to[i], at[g->a[i]], at[g->b[i]], at[g->c[i]]);
        else if (op <= AG_OP_ZDOT) ag_block_sum(g, at, n, i, to[i]);
        else ag_block_others(g, at, n, i, to[i], bad);
    }
}

/* Input number i of point l is at input[i][l * step[i]], likewise outputs; `fail` gets for each point -1, the first broken
   guard, or -2 where a take failed; if nans are looked at, AG_UNSURE where an output is one. B is a multiple of AG_VECTOR; `v` has
   room for rows x (B + AG_GAP) numbers, `at` for a pointer a slot, `bad` for B. */
static void ag_run_points(const ag_program *g, const ag_rows *rows, double *v, double **at, ptrdiff_t B, ptrdiff_t start, ptrdiff_t stop,
                          const double *const *input, const ptrdiff_t *step, double *const *output, const ptrdiff_t *output_step, int *fail,
                          unsigned char *bad, int looks_at_nan) {
    ptrdiff_t stride = B + AG_GAP;
    for (int s = 0; s < g->slots; s++) at[s] = v + rows->of[s] * stride;
    for (int i = 0; i < g->constants; i++)
        for (ptrdiff_t l = 0; l < B; l++) at[g->inputs + i][l] = g->constant[i];
    for (; start < stop; start += B) {
        ptrdiff_t n = stop - start < B ? stop - start : B, m = (n + AG_VECTOR - 1) / AG_VECTOR * AG_VECTOR;
        for (int i = 0; i < g->inputs; i++) {
            const double *from = input[i] + start * step[i];
            double *row = v + i * stride;
            at[i] = step[i] == 1 && n == m ? (double *)from : row; /* never written to */
            if (at[i] != row)
                continue;
            for (ptrdiff_t l = 0; l < n; l++) row[l] = from[l * step[i]];
            for (ptrdiff_t l = n; l < m; l++) row[l] = row[n - 1];
        }
        for (int i = 0; i < g->outputs; i++) {
            int s = g->output[i];
            if (rows->direct[i]) at[s] = output_step[i] == 1 && n == m ? output[i] + start : v + rows->of[s] * stride;
        }
        memset(bad, 0, B);
        ag_run_block(g, at, m, bad);
        for (int i = 0; i < g->outputs; i++) {
            double *to = output[i] + start * output_step[i];
            const double *row = at[g->output[i]];
            if (row == to) continue;
            if (output_step[i] == 1) memcpy(to, row, n * sizeof(double));
            else
                for (ptrdiff_t l = 0; l < n; l++) to[l * output_step[i]] = row[l];
        }
        for (ptrdiff_t l = 0; l < n; l++) fail[start + l] = bad[l] ? -2 : -1;
        for (int i = g->guards - 1; i >= 0; i--)
            for (ptrdiff_t l = 0; l < n; l++)
                if ((at[g->guard[i]][l] != 0.0) != g->outcome[i]) fail[start + l] = i;
        for (int i = 0; looks_at_nan && i < g->outputs; i++)
            if (ag_is_any_nan(at[g->output[i]], n))
                for (ptrdiff_t l = 0; l < n; l++)
                    if (at[g->output[i]][l] != at[g->output[i]][l]) fail[start + l] = AG_UNSURE;
    }
}
#endif
