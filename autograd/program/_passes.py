"""The loops of the passes over instruction arrays; plain Python that the install compiles with the types of _passes.pxd.

All arrays are int32 unless said otherwise. `first` is the slot of instruction 0, `arity` the number of operands by operation;
operations from `fixed` on read the pool, those from `sums` to `dots` (inclusive) have an initial value in c.
"""

from __future__ import annotations

from typing import Any


def mark_live(code: Any, pool: Any, first: int, arity: Any, kinds: Any, live: Any) -> None:
    """Mark what the slots marked in `live` (int32, 0 or 1 a slot) depend on."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    for i in range(len(op) - 1, -1, -1):
        if live[first + i] == 0:
            continue
        o = op[i]
        if o < fixed:
            live[a[i]] = 1
            if arity[o] > 1:
                live[b[i]] = 1
                if arity[o] > 2:
                    live[c[i]] = 1
        else:
            for k in range(a[i], a[i] + b[i]):
                live[pool[k]] = 1
            if sums <= o <= dots:
                live[c[i]] = 1


def count_uses(code: Any, pool: Any, arity: Any, kinds: Any, uses: Any) -> None:
    """Add to `uses` how often each slot is an operand."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    for i in range(len(op)):
        o = op[i]
        if o < fixed:
            uses[a[i]] += 1
            if arity[o] > 1:
                uses[b[i]] += 1
                if arity[o] > 2:
                    uses[c[i]] += 1
        else:
            for k in range(a[i], a[i] + b[i]):
                uses[pool[k]] += 1
            if sums <= o <= dots:
                uses[c[i]] += 1


def renumber(code: Any, pool: Any, arity: Any, kinds: Any, order: Any, place: Any, made: Any, made_pool: Any) -> int:
    """Copy the instructions `order` in turn, their operand slots read through `place`; the length of the new pool."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    new_op, new_a, new_b, new_c = made[0], made[1], made[2], made[3]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    used = 0
    for j in range(len(order)):
        i = order[j]
        o = op[i]
        new_op[j] = o
        if o < fixed:
            new_a[j] = place[a[i]]
            new_b[j] = place[b[i]] if arity[o] > 1 else 0
            new_c[j] = place[c[i]] if arity[o] > 2 else 0
        else:
            new_a[j] = used
            new_b[j] = b[i]
            new_c[j] = place[c[i]] if sums <= o <= dots else c[i]
            for k in range(a[i], a[i] + b[i]):
                made_pool[used] = place[pool[k]]
                used += 1
    return used


def find_folds(code: Any, first: int, arity: Any, ways: Any, known: Any, place: Any, folded: Any) -> int:
    """List in `folded` the instructions whose operands are all constant, and let `place` skip products with 1; how many.

    `known`: 1 for the slot of a constant, 2 for that of a 1; `ways`: 0 for what never folds, 2 for a product, 3 for a quotient.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    count = 0
    for i in range(len(op)):
        o = op[i]
        way = ways[o]
        if way == 0:
            continue
        x = place[a[i]]
        y = place[b[i]] if arity[o] > 1 else x
        w = place[c[i]] if arity[o] > 2 else x
        if way == 2 and known[x] == 2:
            place[first + i] = y
        elif way >= 2 and known[y] == 2:
            place[first + i] = x
        elif known[x] > 0 and known[y] > 0 and known[w] > 0:
            known[first + i] = 1
            folded[count] = i
            count += 1
    return count


def share(code: Any, pool: Any, first: int, arity: Any, kinds: Any, alias: Any, same: Any, table: Any) -> None:
    """Let `same` give for each slot the first slot with the same number: equal instructions, and those that only copy.

    `alias` says by operation whether its result is its first operand; `table` is filled with -1, its length a power of 2.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots, add, mul = kinds[0], kinds[1], kinds[2], kinds[3], kinds[4]
    mask = len(table) - 1
    for i in range(len(op)):
        o = op[i]
        x = y = w = 0
        key = o * 1000003
        if o < fixed:
            x = same[a[i]]
            y = same[b[i]] if arity[o] > 1 else 0
            w = same[c[i]] if arity[o] > 2 else 0
            if (o == add or o == mul) and y < x:
                x, y = y, x
            a[i], b[i], c[i] = x, y, w
            key = ((key + x) * 1000003 + y) * 1000003 + w
        else:
            for k in range(a[i], a[i] + b[i]):
                pool[k] = same[pool[k]]
                key = (key + pool[k]) * 1000003
            if sums <= o <= dots:
                c[i] = same[c[i]]
            key += c[i]
            x = pool[a[i]] if b[i] > 0 else 0
        if alias[o]:
            same[first + i] = x
            continue
        key = (key ^ (key >> 15)) & mask
        while True:
            j = table[key]
            if j < 0:
                table[key] = i
                break
            if equal(op, a, b, c, pool, fixed, i, j):
                same[first + i] = first + j
                break
            key = (key + 1) & mask


def equal(op: Any, a: Any, b: Any, c: Any, pool: Any, fixed: int, i: int, j: int) -> bool:
    """Whether two instructions compute the same."""
    if op[i] != op[j] or b[i] != b[j] or c[i] != c[j]:
        return False
    if op[i] < fixed:
        return bool(a[i] == a[j])
    for k in range(b[i]):
        if pool[a[i] + k] != pool[a[j] + k]:
            return False
    return True


def gather_sums(code: Any, pool: Any, first: int, kinds: Any, uses: Any, one: int, below: Any, made_pool: Any) -> int:
    """Turn chains of additions, and sums of products, into one instruction each; the length of the new pool.

    Only the left operand of an addition is opened, so every sum keeps its order. `below` (one entry an instruction) is scratch.
    Slots `one` and `one + 1` hold 1 and -0.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, add, mul = kinds[0], kinds[1], kinds[3], kinds[4]
    used = 0
    for i in range(len(op)):  # below[i]: the addition that continues in i, as 1 + its number; -1 - that: i is continued
        below[i] = 0
        if op[i] == add:
            for side in range(2):
                j = (a[i] if side == 0 else b[i]) - first
                if j < 0 or uses[first + j] != 1 or (op[j] != add and op[j] != sums):
                    continue
                t = (b[i] if side == 0 else a[i]) - first  # a term joins terms of its kind: products, or others
                product = t >= 0 and op[t] == mul and uses[first + t] == 1
                if op[j] == add and (below[j] != 0 or uses_product(op, b, first, uses, mul, j)):
                    joins = product == uses_product(op, b, first, uses, mul, j)
                else:
                    joins = op[j] == add or not product
                if joins:
                    below[i] = j + 1
                    if side == 1:
                        a[i], b[i] = b[i], a[i]
                    break
    for i in range(len(op) - 1, -1, -1):
        j = below[i]
        if j > 0 and op[j - 1] == add and below[j - 1] == 0:
            below[j - 1] = -1  # an end of a chain, listed by its upper end
    for i in range(len(op) - 1, -1, -1):
        if op[i] >= fixed and op[i] != sums:
            start = used
            for k in range(a[i], a[i] + b[i]):
                made_pool[used] = pool[k]
                used += 1
            a[i] = start
        elif below[i] >= 0 and (op[i] == add or op[i] == sums):
            used = list_terms(op, a, b, c, pool, first, kinds, uses, one, below, made_pool, used, i)
    return used


def uses_product(op: Any, b: Any, first: int, uses: Any, mul: int, j: int) -> bool:
    """Whether the right operand of addition j is a product that nothing else uses."""
    t = b[j] - first
    return bool(t >= 0 and op[t] == mul and uses[first + t] == 1)


def list_terms(
    op: Any,
    a: Any,
    b: Any,
    c: Any,
    pool: Any,
    first: int,
    kinds: Any,
    uses: Any,
    one: int,
    below: Any,
    made_pool: Any,
    used: int,
    i: int,
) -> int:
    """Make instruction i the sum of all terms below it; the length of the new pool."""
    sums, add, mul = kinds[1], kinds[3], kinds[4]
    start = used
    j = i
    init = one + 1
    while op[j] == add:  # from the last term to the first
        made_pool[used] = b[j]
        used += 1
        if below[j] <= 0:
            made_pool[used] = a[j]
            used += 1
            break
        below[j], j = -2, below[j] - 1
    if op[j] == sums:
        init = c[j]
        for k in range(a[j] + b[j] - 1, a[j] - 1, -1):
            made_pool[used] = pool[k]
            used += 1
        below[j] = -2
    count = used - start
    for k in range(count // 2):
        made_pool[start + k], made_pool[used - 1 - k] = made_pool[used - 1 - k], made_pool[start + k]
    products = 0
    for k in range(start, used):
        j = made_pool[k] - first
        if j >= 0 and op[j] == mul and uses[first + j] == 1:
            products += 1
    if op[i] == add and init == one + 1 and count == 2 and products < 2:
        return start
    if products > 0 and init == one + 1:  # a first term that is no product is where the sum starts
        j = made_pool[start] - first
        if not (j >= 0 and op[j] == mul and uses[first + j] == 1):
            init = made_pool[start]
            start += 1
            count -= 1
    op[i] = sums
    a[i], b[i], c[i] = start, count, init
    if products > 0 and 2 * products >= count:
        for k in range(start, start + count):
            j = made_pool[k] - first
            if j >= 0 and op[j] == mul and uses[first + j] == 1:
                made_pool[k] = a[j]
                made_pool[used + k - start] = b[j]
            else:
                made_pool[used + k - start] = one
        op[i] = sums + 1
        b[i] = 2 * count
        used += count
    return used


def find_levels(code: Any, pool: Any, first: int, arity: Any, kinds: Any, level: Any) -> int:
    """Give each instruction's slot a level above its operands' (inputs and constants: 0); the number of levels."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    top = 0
    for i in range(len(op)):
        o = op[i]
        high = 0
        if o < fixed:
            high = level[a[i]]
            if arity[o] > 1:
                high = max(high, level[b[i]])
                if arity[o] > 2:
                    high = max(high, level[c[i]])
        else:
            if sums <= o <= dots:
                high = level[c[i]]
            for k in range(a[i], a[i] + b[i]):
                high = max(high, level[pool[k]])
        level[first + i] = high + 1
        top = max(top, high + 1)
    return top + 1


def sort_stably(order: Any, keys: Any, starts: Any, result: Any) -> None:
    """Counting sort: `result` is `order` by `keys` (0 to len(starts) - 2), equal ones as they were; `starts` is scratch."""
    for j in range(len(order)):
        starts[keys[order[j]] + 1] += 1
    for k in range(1, len(starts)):
        starts[k] += starts[k - 1]
    for j in range(len(order)):
        i = order[j]
        result[starts[keys[i]]] = i
        starts[keys[i]] += 1
