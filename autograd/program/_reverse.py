"""The loops of the reverse sweep over instructions; compiled with the types of _reverse.pxd where that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _reverse.pxd
    from autograd.program.instructions import (
        ADD,
        ARITY,
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


class Adjoints:
    """The reverse sweep under way: the instructions written so far, and the terms of each slot's adjoint.

    A term is a local derivative `p` (a slot) times an adjoint `q`, where `r` is not 0: where no cut stands between the output
    and the operand. Where r is 0, p or q is 0 too, but the other may be infinite or nan. `r` is the slot `one` where there is
    never a cut. The terms of a slot form a list in the order of arrival.
    """

    code: Any  # 4 x room: the instructions
    pool: Any
    p: Any
    q: Any
    r: Any
    following: Any  # the next term of the same slot
    head: Any  # the first and last term by slot, -1 if none
    tail: Any
    count: int  # instructions
    used: int  # of the pool
    terms: int
    base: int  # the slot of the first instruction
    one: int  # slots that hold 1, -1, 0, and 0, 1, 2 ... from `whole` on
    minus_one: int
    zero: int
    whole: int
    reached: int  # of the adjoint that was asked for last
    joined: int  # the last slot that says whether any of some terms is reached, and their slots in the pool
    joined_start: int
    joined_count: int

    def __init__(self, code: Any, pool: Any, terms: Any, ends: Any, base: int, constants: int) -> None:
        self.code, self.pool, self.base = code, pool, base
        self.p, self.q, self.r, self.following = terms[0], terms[1], terms[2], terms[3]
        self.head, self.tail = ends[0], ends[1]
        self.count = self.used = self.terms = self.joined = self.joined_start = self.joined_count = 0
        self.one, self.minus_one, self.zero, self.whole = constants, constants + 1, constants + 2, constants + 3
        self.reached = self.zero

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

    def adjoint(self, slot: int) -> int:
        """Emit the sum of a slot's terms; the slot that holds it, -1 if there are no terms. `reached` is set for it."""
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


def pull_back(code: Any, pool: Any, first: int, active: Any, partials: Any, reads_of: Any, adjoints: Any) -> None:
    """Sweep from the seeded terms down: every instruction sends terms to its operands that are marked in `active`.

    `partials` (opcodes x 3 operands x 5) says for each partial: its kind, opcode and sources (0 to 2 operands, 3 result);
    `reads_of` likewise where the operand is not cut.
    """
    op, a, b, c = code[0], code[1], code[2], code[3]
    one, zero = adjoints.one, adjoints.zero
    for i in range(len(op) - 1, -1, -1):
        z = first + i
        if active[z] == 0:
            continue
        q = adjoints.adjoint(z)
        if q < 0:
            continue
        r = adjoints.reached
        o = op[i]
        if o == WHERE:
            if active[b[i]]:
                adjoints.send(b[i], one, adjoints.emit(WHERE, a[i], q, zero), adjoints.emit(WHERE, a[i], r, zero))
            if active[c[i]]:
                adjoints.send(c[i], one, adjoints.emit(WHERE, a[i], zero, q), adjoints.emit(WHERE, a[i], zero, r))
        elif o < FIXED:
            for k in range(ARITY[o]):
                x = a[i] if k == 0 else b[i] if k == 1 else c[i]
                if active[x]:
                    reads = partial(o, k, a[i], b[i], c[i], z, reads_of, adjoints)
                    if reads != zero:
                        p = partial(o, k, a[i], b[i], c[i], z, partials, adjoints)
                        adjoints.send(x, p, q, adjoints.both(r, reads))
        else:
            if SUM <= o <= ZDOT and active[c[i]]:
                adjoints.send(c[i], one, q, r)
            pull_back_pooled(o, a[i], b[i], pool, active, adjoints, q, r)


def partial(o: int, k: int, x: int, y: int, w: int, z: int, partials: Any, adjoints: Any) -> Any:
    """The slot of the partial of operation o with respect to operand k."""
    kind = partials[o, k, 0]
    if kind == CONSTANT:  # 1, -1 or 0
        kind = partials[o, k, 1]
        return adjoints.one if kind == 1 else adjoints.minus_one if kind == -1 else adjoints.zero
    if kind == OPERAND:
        return source(partials[o, k, 2], x, y, w, z)
    return adjoints.emit(
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


def pull_back_pooled(o: int, start: int, count: int, pool: Any, active: Any, adjoints: Any, q: int, r: int) -> None:
    """Send the adjoint of an operation that reads the pool, but for its initial value."""
    if o == LINK:
        n = count // 2
        for k in range(start + 1, start + 1 + n):
            if active[pool[k]]:
                adjoints.send(pool[k], pool[k + n], q, r)
    elif o == TAKE:
        pull_back_take(pool, start, count - 1, active, adjoints, q, r)
    elif o == SUM:
        for k in range(start, start + count):
            if active[pool[k]]:
                adjoints.send(pool[k], adjoints.one, q, r)
    elif o == DOT:
        n = count // 2
        for k in range(start, start + n):
            if active[pool[k]]:
                adjoints.send(pool[k], pool[k + n], q, r)
            if active[pool[k + n]]:
                adjoints.send(pool[k + n], pool[k], q, r)
    elif o == ZDOT:
        n = count // 3
        for k in range(start, start + n):
            pull_back_product(pool[k], pool[k + 2 * n], pool[k + n], active, adjoints, q, r)
            pull_back_product(pool[k], pool[k + n], pool[k + 2 * n], active, adjoints, q, r)


def pull_back_product(reached: int, p: int, x: int, active: Any, adjoints: Any, q: int, r: int) -> None:
    """Send the adjoint of a product that counts where it is reached to its factor x; p is the other."""
    if active[x]:
        p = adjoints.emit(WHERE, reached, p, adjoints.zero)
        adjoints.send(x, p, q, adjoints.emit(WHERE, reached, r, adjoints.zero))


def pull_back_take(pool: Any, start: int, n: int, active: Any, adjoints: Any, q: int, r: int) -> None:
    """Send the adjoint of a take to the item that was taken."""
    zero = adjoints.zero
    index = pool[start]
    negative = adjoints.emit(LESS, index, zero, 0)
    index = adjoints.emit(WHERE, negative, adjoints.emit(ADD, index, adjoints.whole + n, 0), index)
    for k in range(n):
        x = pool[start + 1 + k]
        if active[x]:
            is_taken = adjoints.emit(EQUAL, index, adjoints.whole + k, 0)
            q_taken = adjoints.emit(WHERE, is_taken, q, zero)
            adjoints.send(x, adjoints.one, q_taken, adjoints.both(r, is_taken))
