"""Value: a number that records how it was made, its operators, and the functions that make nodes.

One source, two implementations: where there is a C compiler, the install compiles this file with the types of value.pxd;
elsewhere it runs as it stands. What a node holds is said in node.py; the sweep is in backward.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd._validate import is_real, real, string, unsupported
from autograd.engine import backward
from autograd.engine.backward import sweep
from autograd.engine.comparing import as_float
from autograd.engine.context import LEVEL, fresh_note, guard, mode, refuse, traced, tracing
from autograd.engine.node import Node, cuts_of, edges, hold, partials_of
from autograd.engine.registry import OPERATIONS
from autograd.engine.trap import watch, watched
from autograd.errors import LostGradientError

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from value.pxd and node.pxd
    # fmt: off
    # isort: off
    from autograd.engine._pure import ABS, ADD, CEIL, DIV, FLOOR, FLOORDIV, MOD, MUL, NEG, POW, STOP, SUB, TRUNC
    from autograd.engine._pure import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
    from autograd.engine._pure import CONSTANT, OPCODE, TRACED, VARIABLE, age, begin_level, borrowed, is_exact
    from autograd.engine._pure import adopt, binary_node, new_node, reduced, set_method, switch, unary_node
    # isort: on
    # fmt: on


@cython.no_gc
@cython.cclass
class Value(Node):
    """A real number that remembers how it was made.

    Comparisons compare the numbers (`==` too), but the hash is the identity: sets and dicts hold nodes, not numbers.

    Args:
        data: a real number: int, float, bool, NumPy scalar, Fraction, Decimal.
        label: a name for pictures and messages.

    Raises:
        TypeError: if data is no real number, or label no str.

    Examples:
        >>> x = Value(3.0, label="x")
        >>> y = x * x + 1
        >>> y.backward()
        >>> y.data, x.grad
        (10.0, 6.0)
    """

    if not cython.compiled:
        __slots__ = ()

        if TYPE_CHECKING:

            def __getattr__(self, name: str) -> Any: ...  # the table's functions, which functions.py attaches
            def __round__(self, digits: Any = None) -> Value: ...  # so too

    def __init__(self, data: Any, label: str = "") -> None:
        self._primal = data if type(data) is float else real(data, "data")
        self._grad = 0.0
        self._p0 = self._p1 = self._note = None
        self._code = 0
        self._mark = age()
        borrowed(self)._level = LEVEL.get() if calls else 0
        if modes:
            self._note = fresh_note()
        if label or label != "":
            self.label = label

    # ---- reading

    @property
    def data(self) -> float:
        """The number. Assigning changes it, but no derivative already recorded."""
        return check_readable(self, ".data")._primal

    @data.setter
    def data(self, number: Any) -> None:
        check_readable(self, "an assignment to .data")
        self._primal = real(number, "data")

    @property
    def grad(self) -> float:
        """The derivative of what `backward` was called on; leaves add up over calls, all other nodes start afresh."""
        return check_readable(self, ".grad")._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        check_readable(self, "an assignment to .grad")
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
        """The opcode of the operation, 0 for a leaf."""
        return self._code & OPCODE

    @property
    def primitive(self) -> Any:
        """The row of the operation in the table; None for a leaf."""
        return OPERATIONS[self._code & OPCODE].row

    @property
    def op(self) -> str:
        """The symbol of the operation, "" for a leaf."""
        return "" if self._p0 is None else self.primitive.symbol

    @property
    def is_constant(self) -> bool:
        """Whether this leaf only stands for a plain number that was an operand, as the 2 of `2 * x`."""
        return self._code & CONSTANT != 0

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in their order. A constant becomes a leaf when first read, and stays the same leaf."""
        parents = tuple([operand(x, self) for x in operands(self)])
        if type(self._p0) is tuple:
            self._p0 = parents
        elif parents:
            self._p0, self._p1 = parents if len(parents) == 2 else (parents[0], None)
        return parents

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivative with respect to each parent, as recorded when the node was made; 0 where it is cut."""
        return partials_of(self)

    @property
    def cuts(self) -> tuple[bool, ...]:
        """Whether each parent is cut: the piece taken of the operation does not read it, so no derivative passes."""
        return cuts_of(self)

    @property
    def _prev(self) -> set[Value]:
        """The parents as a set, as in micrograd."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """`op`, as in micrograd."""
        return self.op

    def __repr__(self) -> str:
        check_readable(self, "text")
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._primal}, grad={self._grad}{label})"

    def __format__(self, spec: str) -> str:
        return format(check_readable(self, "text")._primal, spec) if spec else repr(self)

    # ---- operators (see also `adopt` below); what is not a number is left to the other operand, as an array

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
        return id(check_readable(self, "hash()")) >> 4

    def __bool__(self) -> bool:
        if traces:
            guard(self, self._primal != 0.0)
        return self._primal != 0.0

    def __float__(self) -> float:
        raise lost(self, "float()")

    def __int__(self) -> int:
        raise lost(self, "int()")

    def __index__(self) -> int:
        raise lost(self, "an index")

    def __copy__(self) -> Value:
        if self._p0 is None and traces and tracing():
            return self.detach()
        node: Value = restore(self._code & OPCODE, operands(self), self._primal, edges(self))
        set_state(node, self._grad, self._note)
        node._code = self._code
        if self._p0 is None:
            borrowed(node)._level = borrowed(self)._level
        return node

    def detach(self) -> Value:
        """Make a leaf of the same number, through which no gradient flows.

        Returns:
            The new Value.
        """
        return apply_modes(cut(self)) if modes else cut(self)

    def backward(self, seed: Any = 1.0) -> None:
        """Add the derivative of this Value to the gradient of each leaf.

        Each leaf's `grad` grows by seed * d self / d leaf; that of all nodes between is set anew. The sweep uses the
        derivatives recorded when the nodes were made, in time linear in their number; a second call adds the same again to
        the leaves. After an exception or Ctrl-C leaves have all of the new gradient or none of it. Sweeps of several threads
        run one after the other.

        Args:
            seed: the derivative of what you are after with respect to this Value, a real number.

        Raises:
            TypeError: if seed is no real number.
            SweepError: if this thread is inside a sweep, as in a signal handler.

        Examples:
            >>> x = Value(3.0)
            >>> (x * x).backward()
            >>> x.grad
            6.0
        """
        check_readable(self, "backward()")
        sweep(self, real(seed, "seed"))

    def _backward(self) -> None:
        """One step of the chain rule by hand, as in micrograd."""
        for parent, partial in zip(self.parents, edges(self), strict=True):
            if partial is not None:
                parent.grad += partial * self.grad


# In pure Python this replaces + - * / by faster functions, printed from the table, for Values and floats while no mode is on.
# The methods above serve all other cases.
adopt(Value)
LOST = (
    "a Value cannot become a plain number without losing its gradient: take v.data for the number, "
    "or this package's function in place of math's (autograd.sin, autograd.exp, ...)"
)


calls = 0  # how many calls of transforms are under way anywhere
modes = 0  # how many modes are on anywhere; 0 spares each new node the look-up
traces = 0  # how many traces are under way anywhere


def count_active(more_calls: int = 0, more_modes: int = 0, more_traces: int = 0) -> None:
    """Count what begins or, below 0, ends."""
    global calls, modes, traces
    calls += more_calls
    modes += more_modes
    traces += more_traces
    switch(modes, TRACED if traces else 0)


def next_level() -> int:
    """The level of one more call or trace; nodes are younger from now on."""
    if cython.compiled:  # in one step, which no thread divides
        return begin_level()
    with backward.lock:
        return begin_level()


def check_readable(node: Value, what: str) -> Value:
    """The node as it is; a trace, which could not repeat that look at it, refuses."""
    if traces:
        refuse(node, what)
    return node


def lost(node: Value, what: str) -> Exception:
    """The error for a Value that is used as a plain number."""
    check_readable(node, what)
    return LostGradientError(LOST)


def number(x: Any) -> Any:
    """The float of a Value or a real number; NotImplemented for anything else."""
    if type(x) is Value:
        node = x
        return node._primal
    if type(x) is float:
        return x
    if type(x) is int or is_real(x):
        return float(x)
    return unsupported(x)


def leaf(data: float) -> Value:
    """A leaf outside of all transforms' calls."""
    node: Value = new_node(0, None, None)
    node._primal = data
    return node


def variable(data: float, level: int) -> Value:
    """A leaf that the transform call or trace of this level differentiates with respect to."""
    node = leaf(data)
    node._code = VARIABLE
    borrowed(node)._level = level
    return node


def variables(numbers: list[float], level: int) -> list[Value]:
    """The variables of one call."""
    return [variable(x, level) for x in numbers]


def constant(x: Any) -> Value:
    """A Value as it is; a constant operand as a leaf that knows that it is one."""
    if type(x) is Value:
        return x
    node = leaf(x)
    node._code = CONSTANT
    return node


def operand(x: Any, user: Value) -> Value:
    """An operand as a Value, no younger than what uses it."""
    if type(x) is Value:
        return x
    node = constant(x)
    node._mark = user._mark
    return node


def cut(node: Value) -> Value:
    """A node of the same number that no gradient flows through."""
    return unary_node(STOP, node) if traces and tracing() else constant(node._primal)


def unary(op: int, a: Value) -> Value:
    """The node of a unary operation."""
    node: Value = unary_node(op, a)
    return apply_modes(node) if modes else node


def binary(op: int, a: Any, b: Any) -> Any:
    """The node of a binary operation; NotImplemented where an operand is no number."""
    if type(a) is not Value and type(a) is not float:
        a = number(a)
    if type(b) is not Value and type(b) is not float:
        b = number(b)
    if a is NotImplemented or b is NotImplemented:
        return NotImplemented
    node: Value = binary_node(op, a, b)
    return apply_modes(node) if modes else node


def reduction(op: int, p: Any, q: Any = None) -> Any:
    """The node of a reduction of one list or two, a float where they hold no Value.

    NotImplemented unless they are lists or tuples of Values and floats, of one length and not empty.
    """
    node = reduced(op, p, q)
    if traces and type(node) is Value:
        node = traced(node)
    if not modes or node is NotImplemented:
        return node
    return apply_modes(node) if type(node) is Value else watched(OPERATIONS[op].row.symbol, [*p, *(q or ())], node)


def compare(op: int, node: Value, other: Any) -> Any:
    """A comparison by number: a bool, or in a trace the node of its truth."""
    x = node._primal
    if type(other) is Value or type(other) is float or (type(other) is int and is_exact(other)):
        y = number(other)
    elif is_real(other):
        op, y = as_float(op, other)
    else:
        return NotImplemented
    if traces and tracing():
        return binary(op, node, other if type(other) is Value else y)
    if op == LESS:
        return x < y
    if op == GREATER:
        return x > y
    if op == LESS_EQUAL or op == GREATER_EQUAL:
        return x <= y if op == LESS_EQUAL else x >= y
    return x == y if op == EQUAL else x != y


def record(op: int, operands: tuple[Any, ...], data: float, partials: tuple[Any, ...]) -> Value:
    """The node of any operation, from its operands (Values or floats), value and partials, None where it is cut."""
    node = restore(op, operands, data, partials)
    if traces:
        node._code |= TRACED
    return apply_modes(node) if modes else node


def restore(op: int, operands: tuple[Any, ...], data: float, partials: tuple[Any, ...]) -> Value:
    """A node made of its parts, whatever modes are on."""
    node = leaf(data)
    if op != 0:
        hold(node, op, operands, partials)
    return node


def set_state(node: Value, grad: float, note: Any) -> None:
    """Give a restored node the gradient and the note of the one that it copies."""
    node._grad = grad
    node._note = note


def operands(node: Value) -> tuple[Any, ...]:
    """The operands as they are held: Values, and floats for constants."""
    if node._p0 is None:
        return ()
    if type(node._p0) is tuple:
        return node._p0
    return (node._p0,) if node._p1 is None else (node._p0, node._p1)


def apply_modes(node: Value) -> Value:
    """Apply the active modes to a new node: check it, cut it, note its scopes and line."""
    active = mode()
    note = fresh_note()
    inputs = operands(node)
    if active.trapping and inputs:
        watch(node.op, inputs, [number(operand) for operand in inputs], node._primal, node.partials, note and note[2])
    if active.paused and inputs:
        node = cut(node)
    node._note = note
    return node


def attach(name: str, method: Any) -> None:
    """Give Value a method, though its class is closed to others."""
    set_method(Value, name, method)
