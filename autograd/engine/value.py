"""Value: one number, how it was made, and the reverse sweep that gives the gradients.

One source, two implementations: where there is a C compiler, the install compiles this file with the types of value.pxd;
elsewhere it runs as it stands. `cython.compiled` says which of the two is running.

A node holds its number `_number`, its parents `_p0` and `_p1` (a Value, or a float for a constant) and the local derivative
towards each, `_d0` and `_d1`. A node with other than one or two operands holds a tuple of them, `_p0`, and the derivatives
packed (as a tuple too, or as C's numbers in bytes), `_p1`.
A leaf has no parents; it uses `_d0` for the gradient of a sweep under way, and `_d1` to say whose it is (0: the user's).
"""

from __future__ import annotations

import math
import os
from operator import index
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd._validate import is_real, real, string
from autograd.engine.context import CALL, fresh_note, guard, mode, refuse, traced, tracing
from autograd.engine.registry import OPERATIONS
from autograd.engine.trap import watch, watched
from autograd.errors import LostGradientError, SweepError
from autograd.ops.formulas import NAMES

if TYPE_CHECKING:
    import cython  # the compiler looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from value.pxd
    from autograd.engine._pure import (
        ABS,
        ADD,
        CEIL,
        DIV,
        EQUAL,
        FLOOR,
        FLOORDIV,
        GREATER,
        GREATER_EQUAL,
        LESS,
        LESS_EQUAL,
        MOD,
        MUL,
        NEG,
        NOT_EQUAL,
        POW,
        ROUND,
        STOP,
        SUB,
        TRUNC,
        Pile,
        check_interrupt,
        commit,
        fill,
        fill_both,
        grad_at_birth,
        listed,
        maker,
        mark_births,
        meet_leaf,
        meet_parents,
        owned,
        packed,
        send_to_parents,
        set_method,
        signbit,
        start_afresh,
        unpacked,
    )

CONSTANT = 1.0


@cython.no_gc  # nodes hold no cycles: the collector need not know them
@cython.cclass
class Value:
    """A real number that remembers how it was made.

    Arguments: `data`, anything `float()` takes as a real number (int, float, bool, NumPy scalar, Fraction, Decimal);
    `label`, a name for pictures and messages. TypeError for anything else.
    Comparisons compare the numbers (`==` too), but the hash is the identity: sets and dicts hold nodes, not numbers.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    if not cython.compiled:
        __slots__ = ("_code", "_d0", "_d1", "_grad", "_mark", "_note", "_number", "_p0", "_p1")

    def __init__(self, data: Any, label: str = "") -> None:
        self._number = real(data, "data")
        self._grad = self._d0 = self._d1 = 0.0
        self._p0 = self._p1 = self._note = None
        self._code = self._mark = 0
        if modes:
            self._note = fresh_note()
        if calls:
            self._d1 = CALL.get()
        if label or label != "":
            self.label = label

    if not cython.compiled:  # the compiled class is final

        def __init_subclass__(cls) -> None:
            raise TypeError("Value cannot be subclassed: hold one, or label it")

        if TYPE_CHECKING:

            def __getattr__(self, name: str) -> Any: ...  # the table's functions

    if TYPE_CHECKING:  # what the type checker is to know
        _number: float
        _grad: float
        _p0: Any
        _p1: Any
        _d0: float
        _d1: float
        _note: Any
        _code: int
        _mark: int

    # ---- reading

    @property
    def data(self) -> float:
        """The number. Assigning changes it, but no derivative already recorded."""
        if traces:
            refuse(self, ".data")
        return self._number

    @data.setter
    def data(self, number: Any) -> None:
        if traces:
            refuse(self, "an assignment to .data")
        self._number = real(number, "data")

    @property
    def grad(self) -> float:
        """The derivative of what `backward` was called on; leaves add up over calls, all other nodes start afresh."""
        if traces:
            refuse(self, ".grad")
        return self._grad + 0.0  # no -0

    @grad.setter
    def grad(self, number: Any) -> None:
        if traces:
            refuse(self, "an assignment to .grad")
        self._grad = real(number, "grad")

    @property
    def label(self) -> str:
        """The name for pictures and messages, "" if none."""
        return self._note[0] if self._note else ""

    @label.setter
    def label(self, label: str) -> None:
        self._note = (string(label, "label"), self.group, self.source)

    @property
    def group(self) -> tuple[str, ...]:
        """The names of the scopes the node was made in, the outermost first."""
        return self._note[1] if self._note else ()

    @property
    def source(self) -> tuple[str, int] | None:
        """The user's file and line that made the node, if it was made under `trace_source()`."""
        return self._note[2] if self._note else None

    @property
    def operation(self) -> int:
        """The number of the operation, 0 for a leaf."""
        return self._code

    @property
    def primitive(self) -> Any:
        """The row of the operation in the table; None for a leaf."""
        return OPERATIONS[self._code].row

    @property
    def op(self) -> str:
        """The symbol of the operation, "" for a leaf."""
        return OPERATIONS[self._code].row.symbol if self._code else ""

    @property
    def is_constant(self) -> bool:
        """Whether this leaf only stands for a plain number that was an operand, as the 2 of `2 * x`."""
        return self._code == 0 and self._d1 == CONSTANT

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in their order. A constant becomes a leaf when first read, and stays the same leaf."""
        if self._code == 0:
            return ()
        if type(self._p0) is tuple:
            parents = self._p0 = tuple([constant(p) for p in self._p0])
            return parents
        self._p0 = constant(self._p0)
        if self._p1 is None:
            return (self._p0,)
        self._p1 = constant(self._p1)
        return (self._p0, self._p1)

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivative towards each parent, as recorded when the node was made."""
        if type(self._p0) is tuple:
            partials: tuple[float, ...] = unpacked(self._p1)
            return partials
        if self._code == 0:
            return ()
        if self._p1 is None:
            return (self._d0,)
        return (self._d0, self._d1)

    @property
    def _prev(self) -> set[Value]:
        """The parents as a set, as in the well-known teaching engine."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """`op`, as in the well-known teaching engine."""
        return self.op

    def __repr__(self) -> str:
        if traces:
            refuse(self, "text")
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._number}, grad={self._grad + 0.0}{label})"

    def __format__(self, spec: str) -> str:
        if traces:
            refuse(self, "text")
        return format(self._number, spec) if spec else repr(self)

    # ---- operators; what is not a number is left to the other operand, as an array

    def __add__(self, other: Any) -> Any:
        return binary(ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        if type(other) is int and other == 0:
            return self  # the start of Python's own sum()
        return binary(ADD, other, self)

    def __sub__(self, other: Any) -> Any:
        return binary(SUB, self, other)

    def __rsub__(self, other: Any) -> Any:
        return binary(SUB, other, self)

    def __mul__(self, other: Any) -> Any:
        return binary(MUL, self, other)

    def __rmul__(self, other: Any) -> Any:
        return binary(MUL, other, self)

    def __truediv__(self, other: Any) -> Any:
        return binary(DIV, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return binary(DIV, other, self)

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        return binary(POW, self, other) if modulus is None else NotImplemented

    def __rpow__(self, other: Any, modulus: Any = None) -> Any:
        return binary(POW, other, self) if modulus is None else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return binary(MOD, self, other)

    def __rmod__(self, other: Any) -> Any:
        return binary(MOD, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return binary(FLOORDIV, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return binary(FLOORDIV, other, self)

    def __divmod__(self, other: Any) -> Any:
        quotient = binary(FLOORDIV, self, other)
        return quotient if quotient is NotImplemented else (quotient, binary(MOD, self, other))

    def __rdivmod__(self, other: Any) -> Any:
        quotient = binary(FLOORDIV, other, self)
        return quotient if quotient is NotImplemented else (quotient, binary(MOD, other, self))

    def __neg__(self) -> Value:
        return unary(NEG, self)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return unary(ABS, self)

    def __round__(self, digits: Any = None) -> Value:
        """Half to even, derivative 0; with digits by scaling, as NumPy does."""
        if digits is None or index(digits) == 0:
            return unary(ROUND, self)
        scale = 10.0 ** min(abs(digits), 300)
        scaled = self * scale if digits > 0 else self / scale
        if abs(scaled) == math.inf:
            return self.detach()  # all its digits stand before those
        rounded: Value = unary(ROUND, scaled) / scale if digits > 0 else unary(ROUND, scaled) * scale
        return rounded

    def __floor__(self) -> Value:
        return unary(FLOOR, self)

    def __ceil__(self) -> Value:
        return unary(CEIL, self)

    def __trunc__(self) -> Value:
        return unary(TRUNC, self)

    def __eq__(self, other: Any) -> Any:
        return compare(EQUAL, self, other)

    def __ne__(self, other: Any) -> Any:
        return compare(NOT_EQUAL, self, other)

    def __lt__(self, other: Any) -> Any:
        return compare(LESS, self, other)

    def __le__(self, other: Any) -> Any:
        return compare(LESS_EQUAL, self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(GREATER, self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(GREATER_EQUAL, self, other)

    def __hash__(self) -> int:
        if traces:
            refuse(self, "hash()")
        return id(self) >> 4

    def __bool__(self) -> bool:
        if traces:
            guard(self, self._number != 0.0)
        return self._number != 0.0

    def __float__(self) -> float:
        if traces:
            refuse(self, "float()")
        raise LostGradientError(LOST)

    def __int__(self) -> int:
        if traces:
            refuse(self, "int()")
        raise LostGradientError(LOST)

    def __index__(self) -> int:
        if traces:
            refuse(self, "an index")
        raise LostGradientError(LOST)

    def __copy__(self) -> Value:
        if self._code == 0 and traces and tracing():
            return self.detach()
        return shallow(self)

    def detach(self) -> Value:
        """A new leaf of the same number: no gradient flows through it."""
        node: Value = new_unary(STOP, self) if traces and tracing() else constant(self._number)
        node._number = self._number
        return finish(node) if modes else node

    def backward(self, seed: Any = 1.0) -> None:
        """Add to every leaf's `grad` seed * d self / d leaf, and set that of all nodes between.

        It uses the derivatives recorded when the nodes were made, in time linear in their number; a second call adds the
        same again to the leaves. After an exception or Ctrl-C leaves have all of the new gradient or none of it.
        Sweeps of several threads run one after the other.
        """
        if traces:
            refuse(self, "backward()")
        sweep(self, real(seed, "seed"))


if cython.compiled:
    adopt(Value)  # noqa: F821 (of value.pxd)
else:
    new_leaf, new_unary, new_binary, reduced = maker(Value)
LOST = (
    "a Value cannot become a plain number without losing its gradient: take v.data for the number, "
    "or this package's function in place of math's (autograd.sin, autograd.exp, ...)"
)


calls = 0  # how many transforms' calls are under way anywhere
modes = 0  # how many switches are on anywhere; 0 spares each new node the look-up
traces = 0  # how many traces are under way anywhere


def count_calls(change: int) -> None:
    global calls
    calls += change


def count_modes(change: int) -> None:
    global modes
    modes += change


def count_traces(change: int) -> None:
    global traces
    traces += change
    mark_births(traces)


def number(x: Any) -> Any:
    """The float of a Value or a real number; NotImplemented for anything else."""
    if type(x) is Value:
        node = x
        return node._number
    if type(x) is float:
        return x
    if type(x) is int or is_real(x):
        return float(x)
    return NotImplemented


def leaf(data: float) -> Value:
    node: Value = new_leaf()
    node._number = data
    return node


def constant(x: Any) -> Value:
    """A Value as it is; a constant operand as a leaf that knows that it is one."""
    if type(x) is Value:
        return x
    return variable(x, CONSTANT)


def variable(data: float, kind: float) -> Value:
    """A leaf with a number that says whose it is: CONSTANT, or the number of a transform's call."""
    node = leaf(data)
    node._d1 = kind
    return node


def variables(numbers: list[float], kind: float) -> list[Value]:
    """Leaves of one kind for many numbers."""
    return [variable(x, kind) for x in numbers]


def gradients(nodes: list[Value]) -> list[float]:
    """The gradient of each node."""
    return [node._grad for node in nodes]


def owner(node: Value) -> float:
    """Whose leaf this is: 0 the user's, CONSTANT, or the number of a transform's call."""
    return node._d1


def foreign(node: Value) -> bool:
    """Whether an operation was recorded while nobody was tracing."""
    return node._code != 0 and not signbit(node._grad)


def unary(op: int, a: Value) -> Value:
    """The node of the unary operation number `op`."""
    node: Value = new_unary(op, a)
    fill(node, op, a._number)
    return finish(node) if modes else node


def binary(op: int, a: Any, b: Any) -> Any:
    """The node of the binary operation number `op`; NotImplemented where an operand is no number."""
    if type(a) is Value:
        left = a
        x = left._number
    else:
        if type(a) is not float:
            a = number(a)
            if a is NotImplemented:
                return NotImplemented
        x = a
    if type(b) is Value:
        right = b
        y = right._number
    else:
        if type(b) is not float:
            b = number(b)
            if b is NotImplemented:
                return NotImplemented
        y = b
    node: Value = new_binary(op, a, b)
    fill_both(node, op, x, y)
    return finish(node) if modes else node


def reduction(op: int, p: Any, q: Any = None) -> Any:
    """The node of a reduction of one list or two, a float where they hold no Value.

    NotImplemented unless they are lists or tuples of Values and floats, of one length and not empty.
    """
    node = reduced(op, p, q)
    if traces and type(node) is Value:
        node = traced(node)
    if not modes or node is NotImplemented:
        return node
    return finish(node) if type(node) is Value else watched(OPERATIONS[op].row.symbol, [*p, *(q or ())], node)


def compare(op: int, node: Value, other: Any) -> Any:
    """A comparison by number: a bool, or in a trace the node of its truth."""
    x = node._number
    y = number(other)
    if y is NotImplemented:
        return y
    if traces and tracing():
        return binary(op, node, other)
    if op == LESS:
        return x < y
    if op == GREATER:
        return x > y
    if op == EQUAL:
        return x == y
    if op == LESS_EQUAL:
        return x <= y
    return x >= y if op == GREATER_EQUAL else x != y


def record(op: int, operands: tuple[Any, ...], data: float, partials: tuple[float, ...]) -> Value:
    """The node of any operation, from its number, operands (Values or floats), value and local derivatives."""
    node = leaf(data)
    node._p0 = operands
    node._p1 = packed(partials)
    node._code = op
    node._grad = grad_at_birth()
    return finish(node) if modes else node


def operands(node: Value) -> tuple[Any, ...]:
    """The operands as they are held: Values, and floats for constants."""
    if node._code == 0:
        return ()
    if type(node._p0) is tuple:
        return node._p0
    return (node._p0,) if node._p1 is None else (node._p0, node._p1)


def finish(node: Value) -> Value:
    """A new node, as the modes that are switched on want it."""
    paused, _, trapping, _ = mode()
    note = fresh_note()
    held = operands(node)
    if trapping and held:
        watch(node.op, held, [number(operand) for operand in held], node._number, node.partials, note and note[2])
    if paused and held:
        x = node._number
        node = new_unary(STOP, node) if traces and tracing() else constant(x)
        node._number = x
    node._note = note
    return node


def function_of_one(op: int, otherwise: Any) -> Any:
    """The public function of a unary operation; `otherwise` takes what is no Value."""

    def function(x: Any) -> Any:
        return unary(op, x) if type(x) is Value else otherwise(x)

    return function


def function_of_two(op: int, otherwise: Any) -> Any:
    """The public function of a binary operation; `otherwise` takes pairs that have no Value, or more than numbers."""

    def function(x: Any, y: Any) -> Any:
        node = binary(op, x, y) if type(x) is Value or type(y) is Value else NotImplemented
        return otherwise(x, y) if node is NotImplemented else node

    return function


def function_of_list(op: int, otherwise: Any) -> Any:
    """The public function of a reduction; `otherwise` takes what is no list of Values and floats."""

    def function(xs: Any, axis: int | None = None) -> Any:
        node = reduction(op, xs) if axis is None else NotImplemented
        return otherwise(xs, axis) if node is NotImplemented else node

    return function


def function_of_two_lists(op: int, otherwise: Any) -> Any:
    """The public function of a reduction of two lists; `otherwise` takes what are no lists of Values and floats."""

    def function(p: Any, q: Any) -> Any:
        node = reduction(op, p, q)
        return otherwise(p, q) if node is NotImplemented else node

    return function


def attach(name: str, method: Any) -> None:
    """Give Value a method, though its class is closed to others."""
    set_method(Value, name, method)


def shallow(node: Value) -> Value:
    """Another node of the same number, made the same way."""
    kind = 0.0 if node._code else node._d1
    return restore(node._code, node._number, node._grad, node._note, kind, operands(node), node.partials)


def restore(
    op: int, data: float, grad: float, note: Any, kind: float, held: tuple[Any, ...], partials: tuple[float, ...]
) -> Value:
    """A node as it was before it was pickled or copied."""
    node = leaf(data)
    node._grad = grad
    node._note = note
    node._code = op
    if op == 0:
        node._d1 = kind
    elif op <= len(NAMES) and OPERATIONS[op].row.arity in (1, 2):
        node._p0, node._d0 = held[0], partials[0]
        if len(held) == 2:
            node._p1, node._d1 = held[1], partials[1]
    else:
        node._p0, node._p1 = held, packed(partials)
    return node


# ---- the sweep

if cython.compiled:

    class Pile:
        """A stack of nodes, in C's memory."""

        def __dealloc__(self) -> None:
            clear(self)  # noqa: F821 (of value.pxd)


_lock: Any = RLock()
_open = 1  # a node with this mark waits for its parents, with the next higher it is done, with a lower one it is new
_clean = True  # whether the last sweep took all its marks away


def after_fork() -> None:
    """In a forked child no other thread lives that could be sweeping."""
    global _lock, _clean
    _lock = RLock()
    _clean = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)


def start() -> None:
    """See to it that no mark of an interrupted sweep is taken for one of ours."""
    global _open, _clean
    if not _clean:
        _open += 2
    _clean = False


def refuse_nesting() -> None:
    """Marks serve one sweep at a time: other threads wait, but this one would wait for itself."""
    if _lock._is_owned():
        raise SweepError("this thread is inside a sweep already: call backward() after it, not from a signal handler")


def explore(root: Value, order: Any, leaves: Any, afresh: bool) -> bool:
    """Pile up what root depends on and is not marked yet: leaves, and the others in order, parents first.

    With `afresh` (for a sweep) the gradients of the others start at 0; else say whether one of them is not 0.
    """
    stale = False
    stack: Any = Pile()
    if root._code == 0:
        meet_leaf(root, leaves, _open)
    else:
        stack.append(root)
    count = 0
    while stack.used if cython.compiled else stack:
        node = stack.pop()
        if node._mark == _open:  # its parents are in order
            node._mark = _open + 1
            order.append(node)
        elif node._mark < _open:
            node._mark = _open
            stack.append(node)
            if afresh:
                node._grad = 0.0
            elif node._grad != 0.0:
                stale = True
            meet_parents(node, stack, leaves, _open)
            count += 1
            if count & 65535 == 0:
                check_interrupt()
    return stale


def topological(roots: Any) -> list[Value]:
    """What a Value (or each Value of a list) depends on: leaves first, every node after its parents, in a fixed order."""
    held = [roots] if type(roots) is Value else list(roots)  # a pile keeps nothing alive
    for root in held:
        if type(root) is not Value:
            raise TypeError(f"topological() takes Values, not {type(root).__name__}")
    refuse_nesting()
    with _lock:  # around a call, not around loops: CPython 3.13 does not guard their jumps against Ctrl-C
        return collect(held)


def collect(roots: list[Value]) -> list[Value]:
    global _clean
    order: Any = Pile()
    leaves: Any = Pile()
    start()
    for root in roots:
        explore(root, order, leaves, False)
    nodes: list[Value] = listed(leaves) + listed(order)
    for node in nodes:
        node._mark = 0
    _clean = True
    return nodes


def sweep(root: Value, seed: float, owner: float = 0.0) -> bool:
    """The reverse sweep from a root.

    With an `owner`, do nothing and say False if the root depends on other leaves than those of that or a higher number.
    """
    refuse_nesting()
    with _lock:
        return chain_rule(root, seed, owner)


def chain_rule(root: Value, seed: float, owner: float) -> bool:
    """From the root down, each node sends local derivative times its gradient to each parent."""
    global _clean
    order: Any = Pile()
    leaves: Any = Pile()
    start()
    stale = explore(root, order, leaves, owner == 0.0)
    if owner != 0.0 and not owned(order, leaves, owner, stale):
        return False  # the marks stay: the next sweep will see that
    start_afresh(leaves)
    if root._code == 0:
        root._d0 = seed
    else:
        root._grad = seed
    count = 0
    while order.used if cython.compiled else order:
        node = order.pop()
        node._mark = 0
        if node._grad != 0.0:  # else nothing to send, not even through an infinite derivative
            send_to_parents(node, node._grad)
        count += 1
        if count & 65535 == 0:
            check_interrupt()
    commit(leaves)
    _clean = True
    return True
