"""The loops of the reverse sweep over instructions; compiled with the types of _reverse.pxd where that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # the compiler looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _reverse.pxd
    from autograd.program.instructions import (
        ADD,
        ARITY,
        CONSTANT,
        EQUAL,
        FIXED,
        LESS,
        LINK,
        NEG,
        OPERAND,
        SUM,
        TAKE,
        WHERE,
        ZDOT,
        ZMUL,
    )


class Adjoints:
    """The reverse sweep under way: the instructions written so far, and the terms of each slot's adjoint.

    A term is a local derivative `p` (a slot) times an adjoint `q`; the terms of a slot form a list in the order of arrival.
    """

    code: Any  # 4 x room: the instructions
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
    one: int  # slots that hold 1, -1, 0, and 0, 1, 2 ... from `whole` on
    minus_one: int
    zero: int
    whole: int

    def __init__(self, code: Any, pool: Any, terms: Any, ends: Any, base: int, constants: int) -> None:
        self.code, self.pool, self.base = code, pool, base
        self.p, self.q, self.following = terms[0], terms[1], terms[2]
        self.head, self.tail = ends[0], ends[1]
        self.count = self.used = self.terms = 0
        self.one, self.minus_one, self.zero, self.whole = constants, constants + 1, constants + 2, constants + 3

    def emit(self, op: int, a: int, b: int, c: int) -> int:
        """Add an instruction; its slot."""
        i = self.count
        self.code[0, i], self.code[1, i], self.code[2, i], self.code[3, i] = op, a, b, c
        self.count = i + 1
        return self.base + i

    def send(self, slot: int, p: int, q: int) -> None:
        """Add a term to a slot's adjoint."""
        t = self.terms
        self.p[t], self.q[t], self.following[t] = p, q, -1
        if self.head[slot] < 0:
            self.head[slot] = t
        else:
            self.following[self.tail[slot]] = t
        self.tail[slot] = t
        self.terms = t + 1

    def adjoint(self, slot: int) -> int:
        """Emit the sum of a slot's terms; the slot that holds it, -1 if there are no terms."""
        t = self.head[slot]
        if t < 0:
            return -1
        if self.following[t] < 0:
            p, q = self.p[t], self.q[t]
            if p == self.one:
                return int(q)
            if q == self.one:
                return int(p)
            if p == self.minus_one:
                return self.emit(NEG, q, 0, 0)
            return self.emit(ZMUL, p, q, 0)
        start = self.used
        n = 0
        only_q = True  # all first factors are 1
        only_p = True  # all second factors are 1
        while t >= 0:
            only_q = only_q and self.p[t] == self.one
            only_p = only_p and self.q[t] == self.one
            n += 1
            t = self.following[t]
        t = self.head[slot]
        terms = self.p if only_p else self.q
        is_sum = only_p or only_q
        if is_sum and n == 2:
            return self.emit(ADD, terms[t], terms[self.following[t]], 0)
        for k in range(n):
            if is_sum:
                self.pool[start + k] = terms[t]
            else:
                self.pool[start + k] = self.p[t]
                self.pool[start + n + k] = self.q[t]
            t = self.following[t]
        self.used = start + (n if is_sum else 2 * n)
        return self.emit(SUM if is_sum else ZDOT, start, self.used - start, self.zero)


def pull_back(code: Any, pool: Any, first: int, active: Any, partials: Any, adjoints: Any) -> None:
    """Sweep from the seeded terms down: every instruction sends terms to its operands that are marked in `active`.

    `partials` (opcodes x 3 operands x 5) says for each partial: its kind, opcode and sources (0 to 2 operands, 3 result).
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
        o = op[i]
        if o == WHERE:
            if active[b[i]]:
                adjoints.send(b[i], one, adjoints.emit(WHERE, a[i], q, zero))
            if active[c[i]]:
                adjoints.send(c[i], one, adjoints.emit(WHERE, a[i], zero, q))
        elif o < FIXED:
            for k in range(ARITY[o]):
                x = a[i] if k == 0 else b[i] if k == 1 else c[i]
                if active[x]:
                    p = partial(o, k, a[i], b[i], c[i], z, partials, adjoints)
                    if p >= 0:
                        adjoints.send(x, p, q)
        elif o == LINK:
            n = b[i] // 2
            for k in range(a[i] + 1, a[i] + 1 + n):
                if active[pool[k]]:
                    adjoints.send(pool[k], pool[k + n], q)
        elif o == TAKE:
            pull_back_take(pool, a[i], b[i] - 1, active, adjoints, q)
        elif SUM <= o <= ZDOT:
            if active[c[i]]:
                adjoints.send(c[i], one, q)
            n = b[i] if o == SUM else b[i] // 2
            for k in range(a[i], a[i] + n):
                if active[pool[k]]:
                    adjoints.send(pool[k], one if o == SUM else pool[k + n], q)
                if o != SUM and active[pool[k + n]]:
                    adjoints.send(pool[k + n], pool[k], q)


def partial(o: int, k: int, x: int, y: int, w: int, z: int, partials: Any, adjoints: Any) -> Any:
    """The slot of the partial of operation o with respect to operand k; -1 where it is always 0."""
    kind = partials[o, k, 0]
    if kind == CONSTANT:  # 1, -1 or 0
        return adjoints.one if partials[o, k, 1] == 1 else adjoints.minus_one if partials[o, k, 1] == -1 else -1
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


def pull_back_take(pool: Any, start: int, n: int, active: Any, adjoints: Any, q: int) -> None:
    """Send the adjoint of a take to the item that was is_taken."""
    zero = adjoints.zero
    index = pool[start]
    negative = adjoints.emit(LESS, index, zero, 0)
    index = adjoints.emit(WHERE, negative, adjoints.emit(ADD, index, adjoints.whole + n, 0), index)
    for k in range(n):
        x = pool[start + 1 + k]
        if active[x]:
            is_taken = adjoints.emit(EQUAL, index, adjoints.whole + k, 0)
            adjoints.send(x, adjoints.one, adjoints.emit(WHERE, is_taken, q, zero))
