"""The loops of the passes over instruction arrays; plain Python that the install compiles with the types of loops.pxd.

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


def depend(code: Any, pool: Any, first: int, arity: Any, kinds: Any, active: Any) -> None:
    """Mark in `active` what depends on a slot marked there."""
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    for i in range(len(op)):
        o = op[i]
        if o < fixed:
            found = active[a[i]]
            if arity[o] > 1:
                found |= active[b[i]]
                if arity[o] > 2:
                    found |= active[c[i]]
        else:
            found = active[c[i]] if sums <= o <= dots else 0
            for k in range(a[i], a[i] + b[i]):
                found |= active[pool[k]]
        active[first + i] = found


class Adjoints:
    """The reverse sweep under way: instructions written so far, and what each slot's adjoint is the sum of.

    A term is a local derivative `p` (a slot) times an adjoint `q`; the terms of a slot form a list in the order of arrival.
    """

    made: Any  # 4 x room: the instructions
    pool: Any
    p: Any
    q: Any
    following: Any  # the next term of the same slot
    head: Any  # the first and last term by slot, -1 if none
    tail: Any
    count: int  # instructions
    used: int  # of the pool
    terms: int
    base: int  # the slot of the first instruction

    def __init__(self, made: Any, pool: Any, terms: Any, ends: Any, base: int) -> None:
        self.made, self.pool, self.base = made, pool, base
        self.p, self.q, self.following = terms[0], terms[1], terms[2]
        self.head, self.tail = ends[0], ends[1]
        self.count = self.used = self.terms = 0

    def emit(self, op: int, a: int, b: int, c: int) -> int:
        """One more instruction; its slot."""
        i = self.count
        self.made[0, i], self.made[1, i], self.made[2, i], self.made[3, i] = op, a, b, c
        self.count = i + 1
        return self.base + i

    def send(self, slot: int, p: int, q: int) -> None:
        """One more term of a slot's adjoint."""
        t = self.terms
        self.p[t], self.q[t], self.following[t] = p, q, -1
        if self.head[slot] < 0:
            self.head[slot] = t
        else:
            self.following[self.tail[slot]] = t
        self.tail[slot] = t
        self.terms = t + 1

    def adjoint(self, slot: int, kinds: Any, one: int) -> int:
        """The slot that holds the adjoint: the sum of its terms; -1 if there are none."""
        t = self.head[slot]
        if t < 0:
            return -1
        if self.following[t] < 0:
            p, q = self.p[t], self.q[t]
            if p == one:
                return int(q)
            if q == one:
                return int(p)
            if p == one + 2:
                return self.emit(kinds[5], q, 0, 0)
            return self.emit(kinds[6], p, q, 0)
        start = self.used
        n = 0
        plain = True
        while t >= 0:
            plain = plain and self.p[t] == one
            n += 1
            t = self.following[t]
        t = self.head[slot]
        if plain and n == 2:
            return self.emit(kinds[3], self.q[t], self.q[self.following[t]], 0)
        for k in range(n):
            if plain:
                self.pool[start + k] = self.q[t]
            else:
                self.pool[start + k] = self.p[t]
                self.pool[start + n + k] = self.q[t]
            t = self.following[t]
        self.used = start + (n if plain else 2 * n)
        return self.emit(kinds[1] if plain else kinds[2], start, self.used - start, one + 3)


def pull_back(
    code: Any, pool: Any, first: int, arity: Any, kinds: Any, active: Any, parts: Any, one: int, adjoints: Any
) -> None:
    """The reverse sweep: from the seeded terms down, every instruction sends terms to its operands.

    `parts` (operations x 3 operands x 5) says for each partial: its kind, operation and sources (0 to 2 operands, 3 result).
    Slots from `one` on hold 1, -0, -1, 0, and then the whole numbers 0, 1, 2 ...
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    fixed, sums, dots, choice, link, take = kinds[0], kinds[1], kinds[2], kinds[7], kinds[8], kinds[9]
    for i in range(len(op) - 1, -1, -1):
        z = first + i
        if active[z] == 0:
            continue
        q = adjoints.adjoint(z, kinds, one)
        if q < 0:
            continue
        o = op[i]
        if o == choice:
            if active[b[i]]:
                adjoints.send(b[i], one, adjoints.emit(choice, a[i], q, one + 3))
            if active[c[i]]:
                adjoints.send(c[i], one, adjoints.emit(choice, a[i], one + 3, q))
        elif o < fixed:
            for k in range(arity[o]):
                x = a[i] if k == 0 else b[i] if k == 1 else c[i]
                if active[x]:
                    p = partial(o, k, a[i], b[i], c[i], z, parts, one, adjoints)
                    if p >= 0:
                        adjoints.send(x, p, q)
        elif o == link:
            n = b[i] // 2
            for k in range(a[i] + 1, a[i] + 1 + n):
                if active[pool[k]]:
                    adjoints.send(pool[k], pool[k + n], q)
        elif o == take:
            take_back(pool, a[i], b[i] - 1, kinds, active, one, adjoints, q)
        elif sums <= o <= dots:
            if active[c[i]]:
                adjoints.send(c[i], one, q)
            n = b[i] if o == sums else b[i] // 2
            for k in range(a[i], a[i] + n):
                if active[pool[k]]:
                    adjoints.send(pool[k], one if o == sums else pool[k + n], q)
                if o != sums and active[pool[k + n]]:
                    adjoints.send(pool[k + n], pool[k], q)


def partial(o: int, k: int, x: int, y: int, w: int, z: int, parts: Any, one: int, adjoints: Any) -> Any:
    """The slot of the local derivative of operation o by operand k; -1 where it is always 0."""
    kind = parts[o, k, 0]
    if kind == 0:  # a constant: 1, -1 or 0
        return one if parts[o, k, 1] == 1 else one + 2 if parts[o, k, 1] == -1 else -1
    if kind == 1:
        return operand(parts[o, k, 2], x, y, w, z)
    return adjoints.emit(
        parts[o, k, 1],
        operand(parts[o, k, 2], x, y, w, z),
        operand(parts[o, k, 3], x, y, w, z),
        operand(parts[o, k, 4], x, y, w, z),
    )


def operand(source: int, x: int, y: int, w: int, z: int) -> int:
    """The slot that a source of a partial means; 0 for none."""
    if source == 0:
        return x
    if source == 1:
        return y
    if source == 2:
        return w
    return z if source == 3 else 0


def take_back(pool: Any, start: int, n: int, kinds: Any, active: Any, one: int, adjoints: Any, q: int) -> None:
    """The adjoint of a take goes to the item that was taken."""
    add, choice, less, same = kinds[3], kinds[7], kinds[10], kinds[11]
    zero = one + 3
    index = pool[start]
    index = adjoints.emit(choice, adjoints.emit(less, index, zero, 0), adjoints.emit(add, index, zero + 1 + n, 0), index)
    for k in range(n):
        x = pool[start + 1 + k]
        if active[x]:
            found = adjoints.emit(same, index, zero + 1 + k, 0)
            adjoints.send(x, one, adjoints.emit(choice, found, q, zero))


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


def find_segments(program: Any, pool: Any, first: int, kinds: Any, arity: Any, runs: Any, cuts: Any, segments: Any) -> int:
    """Write the native executor's segments (12 ints each, see native.h) of the runs (start, end); how many they are.

    `program` is the code; operands that are no row of slots are read through the places 0, n, 2 n ... of a, b, c in one array.
    `cuts` is scratch, as long as the longest list of operands.
    """
    op = program[0]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    used = 0
    for r in range(len(runs)):
        start, end = runs[r, 0], runs[r, 1]
        o = op[start]
        while start < end:
            stop = start + 1
            if o < fixed:
                stop = row_end(program, arity[o], start, end)
                if stop < end and stop - start < 8:
                    stop = mixed_end(program, arity[o], start, end)
                fixed_segment(program, arity[o], first, start, stop, segments, used)
                used += 1
            elif sums < o <= dots:
                pieces = cut(program, pool, start, cuts)
                stop = lanes_end(program, pool, start, end, cuts, pieces)
                if (stop - start) * (program[2, start] // 2) >= 12 * pieces:
                    tile_segments(program, pool, first, start, stop, cuts, pieces, segments, used)
                    used += pieces
                else:
                    stop = untiled_end(program, pool, start, stop, end, cuts)
                    pooled_segment(program, first, start, stop, segments, used)
                    used += 1
                if stop == end and o == dots:  # then see that an adjoint of 0 has cut what is infinite
                    pooled_segment(program, first, runs[r, 0], end, segments, used)
                    segments[used, 0] = 2000
                    used += 1
            else:
                stop = end
                pooled_segment(program, first, start, stop, segments, used)
                used += 1
            start = stop
    return used


def row_end(program: Any, arity: int, start: int, end: int) -> int:
    """Where the operands stop being rows of slots or one slot each."""
    i = start + 1
    while i < end:
        for k in range(1, arity + 1):
            step = program[k, i] - program[k, i - 1]
            if (step != 0 and step != 1) or (i > start + 1 and step != program[k, start + 1] - program[k, start]):
                return i
        i += 1
    return i


def mixed_end(program: Any, arity: int, start: int, end: int) -> int:
    """Where the next long row begins."""
    i = start + 1
    while i < end:
        stop = row_end(program, arity, i, end)
        if stop - i >= 16:
            return i
        i = stop
    return end


def fixed_segment(program: Any, arity: int, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """The segment of an operation with up to three operands."""
    n = len(program[0])
    segments[s, 0], segments[s, 1], segments[s, 2] = program[0, start], stop - start, first + start
    for k in range(3):
        place_operand(program, k + 1, n, start, stop, segments, s, 3 + 2 * k)
        if k >= arity:
            segments[s, 3 + 2 * k], segments[s, 4 + 2 * k] = 1, 0


def place_operand(program: Any, k: int, n: int, start: int, stop: int, segments: Any, s: int, at: int) -> None:
    """Say whether row k of the code is a row of slots (0), one slot (1), or has to be read (2)."""
    rows = same = True
    for i in range(start + 1, stop):
        step = program[k, i] - program[k, i - 1]
        rows = rows and step == 1
        same = same and step == 0
    kind = 0 if rows else 1 if same else 2
    segments[s, at] = kind
    segments[s, at + 1] = (k - 1) * n + start if kind == 2 else program[k, start]


def cut(program: Any, pool: Any, i: int, cuts: Any) -> int:
    """Cut the terms of dot product i where the steps of its operands change: piece number k starts at cuts[k]; how many."""
    half = program[2, i] // 2
    p = program[1, i]
    q = p + half
    cuts[0] = 0
    pieces = 1
    for k in range(2, half):
        if k >= cuts[pieces - 1] + 2 and (
            pool[p + k] - pool[p + k - 1] != pool[p + k - 1] - pool[p + k - 2]
            or pool[q + k] - pool[q + k - 1] != pool[q + k - 1] - pool[q + k - 2]
        ):
            cuts[pieces] = k
            pieces += 1
    cuts[pieces] = half
    return pieces


def lanes_end(program: Any, pool: Any, start: int, end: int, cuts: Any, pieces: int) -> int:
    """How far dot products go on whose operands are those of the one before, each moved by the same step."""
    half = program[2, start] // 2
    i = start + 1
    while i < end:
        p, p1, p0 = program[1, i], program[1, i - 1], program[1, start]
        for j in range(2):
            for k in range(pieces):
                step = pool[p + cuts[k]] - pool[p1 + cuts[k]]
                if i > start + 1 and step != pool[program[1, start + 1] + j * half + cuts[k]] - pool[p0 + cuts[k]]:
                    return i
                for t in range(cuts[k] + 1, cuts[k + 1]):
                    if pool[p + t] - pool[p1 + t] != step:
                        return i
            p, p1, p0 = p + half, p1 + half, p0 + half
        i += 1
    return i


def tile_segments(
    program: Any, pool: Any, first: int, start: int, stop: int, cuts: Any, pieces: int, segments: Any, s: int
) -> None:
    """A tile for each piece; all but the first add to what is there."""
    half = program[2, start] // 2
    for k in range(pieces):
        segments[s, 0], segments[s, 1], segments[s, 2] = 1000, stop - start, first + start
        segments[s, 3] = cuts[k + 1] - cuts[k]
        if k == 0:
            place_operand(program, 3, len(program[0]), start, stop, segments, s, 4)
        else:
            segments[s, 4], segments[s, 5] = 0, first + start
        for j in range(2):
            p = program[1, start] + j * half + cuts[k]
            segments[s, 6 + 3 * j] = pool[p]
            segments[s, 7 + 3 * j] = pool[program[1, start + 1] + j * half + cuts[k]] - pool[p] if stop > start + 1 else 0
            segments[s, 8 + 3 * j] = pool[p + 1] - pool[p] if segments[s, 3] > 1 else 0
        s += 1


def untiled_end(program: Any, pool: Any, start: int, stop: int, end: int, cuts: Any) -> int:
    """Where the next tile begins that is worth it."""
    while stop < end:
        pieces = cut(program, pool, stop, cuts)
        after = lanes_end(program, pool, stop, end, cuts, pieces)
        if (after - stop) * (program[2, stop] // 2) >= 12 * pieces:
            return stop
        stop = after
    return stop


def pooled_segment(program: Any, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """The segment of an operation that reads the pool."""
    segments[s, 0], segments[s, 1], segments[s, 2] = program[0, start], stop - start, first + start
    segments[s, 3] = program[2, start]
    place_operand(program, 3, len(program[0]), start, stop, segments, s, 4)
    segments[s, 6] = program[1, start]
