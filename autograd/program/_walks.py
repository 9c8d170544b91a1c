"""Loops over instructions and their operands, for the passes; compiled with the types of _walks.pxd where that is possible.

All arrays are int32. `code` has the rows op, a, b, c; `first` is the slot of instruction 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _walks.pxd
    from autograd.program.instructions import ADD, ARITY, DOT, FIXED, IDENTITY, MUL, SUM, ZDOT, ZMUL

    def operand_count(op: int, b: int) -> int:
        """How many slots an instruction reads."""
        if op < FIXED:
            return ARITY[op]
        return b + 1 if SUM <= op <= ZDOT else b

    def operand(op: int, a: int, b: int, c: int, pool: Any, k: int) -> Any:
        """The slot that an instruction reads as its operand number k; an initial value comes last."""
        if op < FIXED:
            return a if k == 0 else b if k == 1 else c
        return pool[a + k] if k < b else c

    def set_operand(op: int, start: int, count: int, a: Any, b: Any, c: Any, pool: Any, i: int, k: int, slot: int) -> None:
        """Let instruction i, which has `count` operands in the pool from `start` on, read `slot` as its operand number k."""
        if op >= FIXED and k < count:
            pool[start + k] = slot
        elif op >= FIXED or k == 2:
            c[i] = slot
        elif k == 0:
            a[i] = slot
        else:
            b[i] = slot


def operands(op: int, a: int, b: int, c: int, pool: Any) -> list[int]:
    """The slots that an instruction reads."""
    return [int(operand(op, a, b, c, pool, k)) for k in range(operand_count(op, b))]


def mark_live(code: Any, pool: Any, first: int, live: Any) -> None:
    """Mark with 1 what the slots marked in `live` depend on."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    for i in range(len(op) - 1, -1, -1):
        if live[first + i]:
            o, x, y, w = op[i], a[i], b[i], c[i]
            for k in range(operand_count(o, y)):
                live[operand(o, x, y, w, pool, k)] = 1


def mark_dependent(code: Any, pool: Any, first: int, active: Any) -> None:
    """Mark with 1 what depends on a slot marked in `active`."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    for i in range(len(op)):
        o, x, y, w = op[i], a[i], b[i], c[i]
        for k in range(operand_count(o, y)):
            if active[operand(o, x, y, w, pool, k)]:
                active[first + i] = 1
                break


def count_uses(code: Any, pool: Any, uses: Any) -> None:
    """Add to `uses` how often each slot is an operand."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    for i in range(len(op)):
        o, x, y, w = op[i], a[i], b[i], c[i]
        for k in range(operand_count(o, y)):
            uses[operand(o, x, y, w, pool, k)] += 1


def find_levels(code: Any, pool: Any, first: int, level: Any) -> int:
    """Give each instruction's slot a level above its operands' (inputs and constants: 0); the number of levels."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    top = 0
    for i in range(len(op)):
        o, x, y, w = op[i], a[i], b[i], c[i]
        highest = 0
        for k in range(operand_count(o, y)):
            highest = max(highest, level[operand(o, x, y, w, pool, k)])
        level[first + i] = highest + 1
        top = max(top, highest + 1)
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


def renumber(code: Any, pool: Any, order: Any, place: Any, new_code: Any, new_pool: Any) -> int:
    """Copy the instructions `order` in turn, their operand slots read through `place`; the length of the new pool."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    new_op, new_a, new_b, new_c = new_code[0], new_code[1], new_code[2], new_code[3]
    used = 0
    for j in range(len(order)):
        i = order[j]
        o, x, y, w = op[i], a[i], b[i], c[i]
        new_op[j] = o
        start = used
        if o >= FIXED:
            new_a[j], new_b[j], new_c[j] = start, y, w
            used += y
        for k in range(operand_count(o, y)):
            set_operand(o, start, y, new_a, new_b, new_c, new_pool, j, k, place[operand(o, x, y, w, pool, k)])
    return used


def find_folds(code: Any, first: int, folds: Any, known: Any, place: Any, folded: Any) -> int:
    """List in `folded` the instructions whose operands are all constant, and let `place` skip products with 1; how many.

    `known`: 1 for the slot of a constant, 2 for that of a 1; `folds`, by opcode: 0 for what never folds, 2 for a product, 3 for
    a quotient. None of these reads the pool.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    count = 0
    for i in range(len(op)):
        fold = folds[op[i]]
        if fold == 0:
            continue
        x = place[a[i]]
        y = place[b[i]] if ARITY[op[i]] > 1 else x
        w = place[c[i]] if ARITY[op[i]] > 2 else x
        if fold == 2 and known[x] == 2:
            place[first + i] = y
        elif fold >= 2 and known[y] == 2:
            place[first + i] = x
        elif known[x] > 0 and known[y] > 0 and known[w] > 0:
            known[first + i] = 1
            folded[count] = i
            count += 1
    return count


def share(code: Any, pool: Any, first: int, copies: Any, same: Any, table: Any) -> None:
    """Let `same` give for each slot the first slot with the same number: equal instructions, and those that only copy.

    `copies` says by opcode whether its result is its first operand; `table` is filled with -1, its length a power of 2.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    mask = len(table) - 1
    for i in range(len(op)):
        o, x, y, w = op[i], a[i], b[i], c[i]
        key = o * 1000003
        for k in range(operand_count(o, y)):
            slot = same[operand(o, x, y, w, pool, k)]
            set_operand(o, x, y, a, b, c, pool, i, k, slot)
            key = (key + slot) * 1000003
        if copies[o]:
            same[first + i] = operand(o, a[i], b[i], c[i], pool, 0)
            continue
        if (o == ADD or o == MUL) and b[i] < a[i]:
            a[i], b[i] = b[i], a[i]
            key = ((o * 1000003 + a[i]) * 1000003 + b[i]) * 1000003
        key = (key ^ (key >> 15)) & mask
        while True:
            j = table[key]
            if j < 0:
                table[key] = i
                break
            if equal(op, a, b, c, pool, i, j):
                same[first + i] = first + j
                break
            key = (key + 1) & mask


def make_plain(code: Any, pool: Any, first: int, linear: Any, spread: Any, zeros: Any, signed: Any, visible: Any) -> int:
    """Make the products plain for which that is allowed, see plain.py; how many they are.

    `linear` and `spread` are by opcode. By slot, `zeros` marks constants that are +0, `signed` what is read with the sign of
    its zeros, `visible` what makes an output nan if it is nan: both are given for outputs.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    count = 0
    for i in range(len(op) - 1, -1, -1):
        z = first + i
        sign, seen = signed[z], visible[z]
        if op[i] == ADD and (zeros[a[i]] or zeros[b[i]]):
            if not sign:
                op[i], a[i], b[i] = IDENTITY, b[i] if zeros[a[i]] else a[i], 0
            sign = 0  # +0 and any zero is +0
        if SUM <= op[i] <= ZDOT:
            if zeros[c[i]]:
                sign = 0
            signed[c[i]] |= sign
            visible[c[i]] |= seen
        if op[i] == ZDOT and seen and not sign:
            n = b[i] // 3
            op[i], a[i], b[i] = DOT, a[i] + n, 2 * n
            count += 1
            if n == 1 and not signed[z]:
                op[i], a[i], b[i], c[i] = MUL, pool[a[i]], pool[a[i] + 1], 0
        elif op[i] == ZMUL and seen and not sign:
            op[i], a[i], b[i], c[i] = MUL, b[i], c[i], 0
            count += 1
        o, x, y, w = op[i], a[i], b[i], c[i]
        for k in range(operand_count(o, y)):
            s = operand(o, x, y, w, pool, k)
            if o < FIXED:
                signed[s] |= sign if linear[o] else 1
                visible[s] |= seen & spread[o] >> k & 1
            elif o == SUM or o == DOT or o == ZDOT:
                if k < y:
                    signed[s] |= sign
                    visible[s] |= seen if o != ZDOT else 0
            else:
                signed[s] = 1
    return count


def equal(op: Any, a: Any, b: Any, c: Any, pool: Any, i: int, j: int) -> bool:
    """Whether two instructions compute the same."""
    if op[i] != op[j] or b[i] != b[j] or c[i] != c[j]:
        return False
    if op[i] < FIXED:
        return bool(a[i] == a[j])
    for k in range(b[i]):
        if pool[a[i] + k] != pool[a[j] + k]:
            return False
    return True
