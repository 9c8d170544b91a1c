"""The loops of sweeps over instructions, reverse and forward; compiled with the types of _sweeps.pxd where that is possible.

The chain rule's step at an instruction is stated once, in `step` and what it calls; a sweep knows its direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _sweeps.pxd
    from autograd.program.instructions import (
        ADD,
        ARITY,
        CALL,
        CONSTANT,
        DOT,
        EQUAL,
        FIXED,
        LESS,
        LINK,
        MUL,
        NEG,
        OPERAND,
        SUM,
        TAKE,
        WHERE,
        ZDOT,
    )


class Sweep:
    """A sweep under way: the instructions written so far, and the terms of each slot's adjoint or, `forward`, tangent.

    A term is a local derivative `p` (a slot) times an adjoint or tangent `q`, where `r` is not 0: where no cut stands on the
    way. Where r is 0, p or q is 0 too, but the other may be infinite or nan. `r` is the slot `one` where there is never a cut.
    The terms of a slot form a list in the order of arrival. Their sum is in the slot `linear` of the slot, `reach` says whether
    it is reached.
    """

    code: Any  # 4 x room: the instructions
    pool: Any
    p: Any
    q: Any
    r: Any
    following: Any  # the next term of the same slot
    head: Any  # the first and last term by slot, -1 if none
    tail: Any
    linear: Any  # by slot, -1 if there is none
    reach: Any
    forward: bool
    unknown: bool  # whether it came to a Python function, of which no derivative is known
    count: int  # instructions
    used: int  # of the pool
    terms: int
    base: int  # the slot of the first instruction
    one: int  # slots that hold 1, -1, 0, and 0, 1, 2 ... from `whole` on
    minus_one: int
    zero: int
    whole: int
    reached: int  # of the sum that was asked for last
    joined: int  # the last slot that says whether any of some terms is reached, and their slots in the pool
    joined_start: int
    joined_count: int

    def __init__(self, code: Any, pool: Any, terms: Any, ends: Any, base: int, constants: int, forward: bool) -> None:
        self.code, self.pool, self.base, self.forward = code, pool, base, forward
        self.p, self.q, self.r, self.following = terms[0], terms[1], terms[2], terms[3]
        self.head, self.tail, self.linear, self.reach = ends[0], ends[1], ends[2], ends[3]
        self.count = self.used = self.terms = self.joined = self.joined_start = self.joined_count = 0
        self.one, self.minus_one, self.zero, self.whole = constants, constants + 1, constants + 2, constants + 3
        self.reached = self.zero
        self.unknown = False

    def emit(self, op: int, a: int, b: int, c: int) -> int:
        """Add an instruction; its slot."""
        i = self.count
        self.code[0, i], self.code[1, i], self.code[2, i], self.code[3, i] = op, a, b, c
        self.count = i + 1
        return self.base + i

    def send(self, slot: int, p: int, q: int, r: int) -> None:
        """Add a term to a slot's adjoint; where p is `one`, q is 0 wherever r is."""
        t = self.terms
        self.p[t], self.q[t], self.r[t], self.following[t] = p, q, r, -1
        if self.head[slot] < 0:
            self.head[slot] = t
        else:
            self.following[self.tail[slot]] = t
        self.tail[slot] = t
        self.terms = t + 1

    def settle(self, slot: int) -> int:
        """Emit the sum of a slot's terms; the slot that holds it, -1 if there are none."""
        q = self.total(slot)
        self.linear[slot], self.reach[slot] = q, self.reached
        return q

    def along(self, x: int, z: int, p: int, reads: int) -> None:
        """Send what is at one end of the edge from x to z to the other; p is the partial, `reads` 0 where the edge is cut."""
        begin, end = (x, z) if self.forward else (z, x)
        self.send(end, p, self.linear[begin], self.both(self.reach[begin], reads))

    def through(self, x: int, z: int, gate: int) -> None:
        """The same along an edge that is cut where the gate is 0, with the partial 1 where it is not."""
        begin, end = (x, z) if self.forward else (z, x)
        q = self.emit(WHERE, gate, self.linear[begin], self.zero)
        self.send(end, self.one, q, self.both(self.reach[begin], gate))

    def total(self, slot: int) -> int:
        """Emit the sum of a slot's terms; the slot that holds it, -1 if there are none. `reached` is set for it."""
        t = self.head[slot]
        self.reached = self.zero
        if t < 0:
            return -1
        if self.following[t] < 0:
            self.reached = self.r[t]
            return self.product(t)
        n = 0
        only_q = True  # all first factors are 1
        only_p = True  # all second factors are 1
        always = True  # all are reached
        while t >= 0:
            only_q = only_q and self.p[t] == self.one
            only_p = only_p and self.q[t] == self.one
            always = always and self.r[t] == self.one
            n += 1
            t = self.following[t]
        self.reached = self.any_reached(slot, n)
        t = self.head[slot]
        start = self.used
        if only_p or only_q:
            terms = self.p if only_p else self.q
            if n == 2:
                return self.emit(ADD, terms[t], terms[self.following[t]], 0)
            self.listed(slot, n, terms)
            return self.emit(SUM, start, n, self.zero)
        if not always:
            self.listed(slot, n, self.r)
        self.listed(slot, n, self.p)
        self.listed(slot, n, self.q)
        return self.emit(DOT if always else ZDOT, start, self.used - start, self.zero)

    def product(self, t: int) -> int:
        """Emit a term."""
        p, q, r = self.p[t], self.q[t], self.r[t]
        if p == self.one:
            return int(q)
        if q == self.one:
            return int(p)
        if r == self.one:
            return self.emit(NEG, q, 0, 0) if p == self.minus_one else self.emit(MUL, p, q, 0)
        self.pool[self.used], self.pool[self.used + 1], self.pool[self.used + 2] = r, p, q
        self.used += 3
        return self.emit(ZDOT, self.used - 3, 3, self.zero)  # from +0 on: so no sign of a zero tells a plain product from it

    def listed(self, slot: int, n: int, terms: Any) -> int:
        """Write a part of each term of a slot into the pool; where they start."""
        start = self.used
        t = self.head[slot]
        for k in range(n):
            self.pool[start + k] = terms[t]
            t = self.following[t]
        self.used = start + n
        return start

    def any_reached(self, slot: int, n: int) -> int:
        """The slot that is not 0 where any term is reached, a count of ways, which neighbours with the same terms share."""
        t = self.head[slot]
        r = self.r[t]
        same = True
        while t >= 0:
            if self.r[t] == self.one:
                return self.one
            same = same and self.r[t] == r
            t = self.following[t]
        if same:
            return int(r)
        start = self.listed(slot, n, self.r)
        same = n == self.joined_count
        for k in range(n if same else 0):
            same = same and self.pool[start + k] == self.pool[self.joined_start + k]
        if same:
            self.used = start
        else:
            self.joined, self.joined_start, self.joined_count = self.emit(SUM, start, n, self.zero), start, n
        return self.joined

    def both(self, r: int, reads: int) -> int:
        """The slot that is not 0 where both are not."""
        return r if reads == self.one else reads if r == self.one else self.emit(WHERE, reads, r, self.zero)


def pull_back(code: Any, pool: Any, first: int, active: Any, partials: Any, reads_of: Any, sweep: Any) -> None:
    """Sweep from the seeded terms down: every instruction sends terms to its operands that are marked in `active`.

    `partials` (opcodes x 3 operands x 5) says for each partial: its kind, opcode and sources (0 to 2 operands, 3 result);
    `reads_of` likewise where the operand is not cut.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    for i in range(len(op) - 1, -1, -1):
        z = first + i
        if active[z] and sweep.settle(z) >= 0:
            step(op[i], a[i], b[i], c[i], z, pool, active, partials, reads_of, sweep)


def push_forward(code: Any, pool: Any, first: int, active: Any, partials: Any, reads_of: Any, sweep: Any) -> None:
    """Sweep from the seeded slots up: every instruction in `active` gets terms from its operands in it.

    Instructions that no derivative reaches are taken out of `active`; else as in `pull_back`.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    for i in range(len(op)):
        z = first + i
        if active[z] and sweep.linear[z] < 0:
            step(op[i], a[i], b[i], c[i], z, pool, active, partials, reads_of, sweep)
            active[z] = sweep.settle(z) >= 0


def step(o: int, x: int, y: int, w: int, z: int, pool: Any, active: Any, partials: Any, reads_of: Any, sweep: Any) -> None:
    """One step of the chain rule at an instruction with operands x, y, w, in either direction: along its edges."""
    if o == WHERE:
        choose(x, y, w, z, active, sweep)
    elif o < FIXED:
        for k in range(ARITY[o]):
            operand = x if k == 0 else y if k == 1 else w
            if active[operand]:
                reads = partial(o, k, x, y, w, z, reads_of, sweep)
                if reads != sweep.zero:
                    sweep.along(operand, z, partial(o, k, x, y, w, z, partials, sweep), reads)
    else:
        if SUM <= o <= ZDOT and active[w]:
            sweep.along(w, z, sweep.one, sweep.one)
        step_pooled(o, x, y, z, pool, active, sweep)


def choose(condition: int, x: int, y: int, z: int, active: Any, sweep: Any) -> None:
    """The step at a choice: it chooses among derivatives too."""
    zero = sweep.zero
    if sweep.forward:
        q, r = (sweep.linear[x], sweep.reach[x]) if active[x] else (zero, zero)
        other_q, other_r = (sweep.linear[y], sweep.reach[y]) if active[y] else (zero, zero)
        if q != zero or other_q != zero:
            chosen = r if r == other_r else sweep.emit(WHERE, condition, r, other_r)
            sweep.send(z, sweep.one, sweep.emit(WHERE, condition, q, other_q), chosen)
        return
    q, r = sweep.linear[z], sweep.reach[z]
    if active[x]:
        sweep.send(x, sweep.one, sweep.emit(WHERE, condition, q, zero), sweep.emit(WHERE, condition, r, zero))
    if active[y]:
        sweep.send(y, sweep.one, sweep.emit(WHERE, condition, zero, q), sweep.emit(WHERE, condition, zero, r))


def partial(o: int, k: int, x: int, y: int, w: int, z: int, partials: Any, sweep: Any) -> Any:
    """The slot of the partial of operation o with respect to operand k."""
    kind = partials[o, k, 0]
    if kind == CONSTANT:  # 1, -1 or 0
        kind = partials[o, k, 1]
        return sweep.one if kind == 1 else sweep.minus_one if kind == -1 else sweep.zero
    if kind == OPERAND:
        return source(partials[o, k, 2], x, y, w, z)
    return sweep.emit(
        partials[o, k, 1],
        source(partials[o, k, 2], x, y, w, z),
        source(partials[o, k, 3], x, y, w, z),
        source(partials[o, k, 4], x, y, w, z),
    )


def source(place: int, x: int, y: int, w: int, z: int) -> int:
    """The slot that a source of a partial means; 0 for none."""
    if place == 0:
        return x
    if place == 1:
        return y
    if place == 2:
        return w
    return z if place == 3 else 0


def step_pooled(o: int, start: int, count: int, z: int, pool: Any, active: Any, sweep: Any) -> None:
    """The step at an operation that reads the pool, but for its initial value."""
    if o == LINK:
        n = count // 2
        for k in range(start + 1, start + 1 + n):
            if active[pool[k]]:
                sweep.along(pool[k], z, pool[k + n], sweep.one)
    elif o == CALL:
        sweep.unknown = True
    elif o == TAKE:
        step_take(pool, start, count - 1, z, active, sweep)
    elif o == SUM:
        for k in range(start, start + count):
            if active[pool[k]]:
                sweep.along(pool[k], z, sweep.one, sweep.one)
    elif o == DOT:
        n = count // 2
        for k in range(start, start + n):
            if active[pool[k]]:
                sweep.along(pool[k], z, pool[k + n], sweep.one)
            if active[pool[k + n]]:
                sweep.along(pool[k + n], z, pool[k], sweep.one)
    elif o == ZDOT:
        n = count // 3
        for k in range(start, start + n):
            step_product(pool[k], pool[k + 2 * n], pool[k + n], z, active, sweep)
            step_product(pool[k], pool[k + n], pool[k + 2 * n], z, active, sweep)


def step_product(reached: int, p: int, x: int, z: int, active: Any, sweep: Any) -> None:
    """The step from its factor x at a product that counts where it is reached; p is the other."""
    if active[x]:
        sweep.along(x, z, sweep.emit(WHERE, reached, p, sweep.zero), reached)


def step_take(pool: Any, start: int, n: int, z: int, active: Any, sweep: Any) -> None:
    """The step at a take: along the edge from the item that is taken."""
    index = pool[start]
    negative = sweep.emit(LESS, index, sweep.zero, 0)
    index = sweep.emit(WHERE, negative, sweep.emit(ADD, index, sweep.whole + n, 0), index)
    for k in range(n):
        x = pool[start + 1 + k]
        if active[x]:
            sweep.through(x, z, sweep.emit(EQUAL, index, sweep.whole + k, 0))
