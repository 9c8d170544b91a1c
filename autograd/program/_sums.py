"""The loops of the pass that gathers additions into sums and dot products; compiled with the types of _sums.pxd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _sums.pxd
    from autograd.program.instructions import ADD, DOT, FIXED, MUL, SUM


def gather_sums(code: Any, pool: Any, first: int, uses: Any, one: int, minus_zero: int, below: Any, new_pool: Any) -> int:
    """Turn chains of additions, and sums of products, into one instruction each; the length of the new pool.

    Only the left operand of an addition is opened, so every sum keeps its order. `below` (one entry an instruction) is scratch.
    The slots `one` and `minus_zero` hold 1 and -0.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    used = 0
    for i in range(len(op)):  # below[i]: the addition that continues in i, as 1 + its number; -1 - that: i is continued
        below[i] = 0
        if op[i] == ADD:
            for side in range(2):
                j = (a[i] if side == 0 else b[i]) - first
                if j < 0 or uses[first + j] != 1 or (op[j] != ADD and op[j] != SUM):
                    continue
                t = (b[i] if side == 0 else a[i]) - first  # a term joins terms of its kind: products, or others
                product = is_single_product(op, first, uses, t)
                if op[j] == ADD and (below[j] != 0 or is_single_product(op, first, uses, b[j] - first)):
                    joins = product == is_single_product(op, first, uses, b[j] - first)
                else:
                    joins = op[j] == ADD or not product
                if joins:
                    below[i] = j + 1
                    if side == 1:
                        a[i], b[i] = b[i], a[i]
                    break
    for i in range(len(op) - 1, -1, -1):
        j = below[i]
        if j > 0 and op[j - 1] == ADD and below[j - 1] == 0:
            below[j - 1] = -1  # an end of a chain, listed by its upper end
    for i in range(len(op) - 1, -1, -1):
        if op[i] >= FIXED and op[i] != SUM:
            start = used
            for k in range(a[i], a[i] + b[i]):
                new_pool[used] = pool[k]
                used += 1
            a[i] = start
        elif below[i] >= 0 and (op[i] == ADD or op[i] == SUM):
            used = list_terms(op, a, b, c, pool, first, uses, one, minus_zero, below, new_pool, used, i)
    return used


def is_single_product(op: Any, first: int, uses: Any, j: int) -> bool:
    """Whether j is a product that has one use."""
    return bool(j >= 0 and op[j] == MUL and uses[first + j] == 1)


def list_terms(
    op: Any,
    a: Any,
    b: Any,
    c: Any,
    pool: Any,
    first: int,
    uses: Any,
    one: int,
    minus_zero: int,
    below: Any,
    new_pool: Any,
    used: int,
    i: int,
) -> int:
    """Make instruction i the sum of all terms below it; the length of the new pool."""
    start = used
    j = i
    initial = minus_zero
    while op[j] == ADD:  # from the last term to the first
        new_pool[used] = b[j]
        used += 1
        if below[j] <= 0:
            new_pool[used] = a[j]
            used += 1
            break
        below[j], j = -2, below[j] - 1
    if op[j] == SUM:
        initial = c[j]
        for k in range(a[j] + b[j] - 1, a[j] - 1, -1):
            new_pool[used] = pool[k]
            used += 1
        below[j] = -2
    count = used - start
    for k in range(count // 2):
        new_pool[start + k], new_pool[used - 1 - k] = new_pool[used - 1 - k], new_pool[start + k]
    products = 0
    for k in range(start, used):
        products += is_single_product(op, first, uses, new_pool[k] - first)
    if op[i] == ADD and initial == minus_zero and count == 2 and products < 2:
        return start
    if products > 0 and initial == minus_zero and not is_single_product(op, first, uses, new_pool[start] - first):
        initial = new_pool[start]  # a first term that is no product is where the sum starts
        start += 1
        count -= 1
    op[i] = SUM
    a[i], b[i], c[i] = start, count, initial
    if products > 0 and 2 * products >= count:
        for k in range(start, start + count):
            j = new_pool[k] - first
            if is_single_product(op, first, uses, j):
                new_pool[k] = a[j]
                new_pool[used + k - start] = b[j]
            else:
                new_pool[used + k - start] = one
        op[i] = DOT
        b[i] = 2 * count
        used += count
    return used
