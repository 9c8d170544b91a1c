"""The loops of the reverse sweep over instruction arrays, compiled with the types of _reverse.pxd; see _passes.py."""

from __future__ import annotations

from typing import Any


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
        ends = True
        while t >= 0:
            plain = plain and self.p[t] == one
            ends = ends and self.q[t] == one
            n += 1
            t = self.following[t]
        t = self.head[slot]
        terms = self.p if ends else self.q  # the other factor is 1 throughout
        plain = plain or ends
        if plain and n == 2:
            return self.emit(kinds[3], terms[t], terms[self.following[t]], 0)
        for k in range(n):
            if plain:
                self.pool[start + k] = terms[t]
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
