"""Derivatives as functions of functions: grad, value_and_grad, jvp, vjp, hvp, jacobian, hessian.

Each call differentiates with respect to fresh variables. Where the caller's arguments hold Values, or the function reaches
Values from outside, the variables are linked to them and the sweeps are recorded: so derivatives nest to any order, and an
inner derivative is never taken for an outer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import CO_VARARGS, signature
from types import FunctionType
from typing import Any

import numpy as np

from autograd._pytree import Mismatch
from autograd._validate import indices, real
from autograd.calculus.ad import as_seeds, as_value, pull_back, push_forward
from autograd.calculus.call import Call, numbers_of, one_number
from autograd.calculus.dense import (
    gradient_of_seeds,
    gradient_rows,
    recorded_columns,
    recorded_rows,
    symmetric,
    tangent_columns,
)
from autograd.calculus.derivation import Argnums, Derivation, Function
from autograd.calculus.sparse import check_flat, sparse_hessian, sparse_jacobian
from autograd.engine.backward import adjoints
from autograd.engine.context import tracing
from autograd.engine.forward import tangents as pushed
from autograd.engine.modes import recording
from autograd.engine.ravel import Raveled, blocks
from autograd.engine.value import Value


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """Make a function that returns f's value and its gradient.

    The gradient is one reverse sweep: it costs a few evaluations of f, whatever the number of inputs.

    Args:
        f: a function that returns one number or, with `has_aux`, a pair of that number and anything else.
        argnums: the position or positions of the arguments to differentiate with respect to: numbers, or lists, tuples,
            dicts, dataclasses or arrays of numbers, nested; the first by default. A None in them stays.
        has_aux: whether f returns a pair; False by default.

    Returns:
        A function of f's arguments that returns `(value, gradient)` or, with `has_aux`, `((value, aux), gradient)`. The
        gradient has the structure of the argument; for several argnums it is a tuple of such. Numbers are floats, those
        in aux too, or Values if Values from outside take part.

    Raises:
        TypeError: if f is not a function or `argnums` no integers; at a call, if an argument holds anything but numbers,
            f does not return one number, or there is no argument at a position.
        ValueError: at a call, if `argnums` names an argument twice.

    Examples:
        >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
        (6.0, {'a': 3.0, 'b': 2.0})
    """
    _check_function("value_and_grad()", f)
    argnums = as_argnums(argnums)

    def compute(args: Any, kwargs: Any) -> Any:
        call = Call("value_and_grad()", f, args, kwargs, argnums, has_aux)
        output = one_number("value_and_grad()", call.result)
        found = call.mirrored(_gradient(call, output))
        value = call.plain(output) if type(output) is Value else float(output)
        return ((value, call.plain_aux()) if has_aux else value), found

    return Derivation(value_and_grad, f, compute, argnums=argnums, has_aux=has_aux)


def _gradient(call: Call, output: Any) -> list[Any]:
    """The derivatives with respect to the call's variables: numbers where no Values from outside take part."""
    if type(output) is not Value:
        return [as_value(0.0) if call.nested else 0.0] * len(call.variables)
    if not call.nested:
        numbers = adjoints(output, call.level, call.variables)
        if numbers is not None:
            return numbers
        call.nested = True
    with recording():
        return [as_value(x) for x in pull_back(as_seeds([output], [1.0]), call.variables, True, call.level)]


def _check_function(name: str, f: Any) -> None:
    if not callable(f):
        raise TypeError(f"{name} takes a function, not {type(f).__name__}; for a graph already built use gradient()")


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """Make a function that returns f's gradient: `value_and_grad` without the value.

    Args:
        f: a function that returns one number or, with `has_aux`, a pair of that number and anything else.
        argnums: the position or positions of the arguments to differentiate with respect to, as in `value_and_grad`;
            the first by default.
        has_aux: whether f returns a pair; False by default.

    Returns:
        A function of f's arguments that returns the gradient, in the structure of the argument, or, with `has_aux`,
        `(gradient, aux)`.

    Raises:
        TypeError: as in `value_and_grad`.
        ValueError: as in `value_and_grad`.

    Examples:
        >>> from autograd import sin
        >>> grad(sin)(0.0), grad(grad(lambda x: x**3))(2.0)
        (1.0, 12.0)
    """
    _check_function("grad()", f)
    argnums = as_argnums(argnums)

    def compute(args: Any, kwargs: Any) -> Any:
        call = Call("grad()", f, args, kwargs, argnums, has_aux)
        found = call.mirrored(_gradient(call, one_number("grad()", call.result)))
        return (found, call.plain_aux()) if has_aux else found

    return Derivation(grad, f, compute, argnums=argnums, has_aux=has_aux)


def as_argnums(argnums: Any) -> Argnums:
    """One position as an int, several as a tuple of them."""
    found = indices(argnums, "argnums")
    return found if hasattr(argnums, "__len__") and np.ndim(argnums) else found[0]


def arguments_of(f: Function, primals: Any) -> tuple[tuple[Any, ...], bool]:
    """The arguments that primals are, and whether they are a tuple of them.

    A tuple is the only argument of a function that takes fewer than it has items.
    """
    if type(primals) is not tuple or not _takes(f, len(primals)):
        return (primals,), False
    return primals, True


def _takes(f: Function, count: int) -> bool:
    """Whether a function takes so many positional arguments, or one argument will not do either."""
    if count < 2:
        return True
    if type(f) is FunctionType and not hasattr(f, "__wrapped__"):
        return count <= f.__code__.co_argcount or bool(f.__code__.co_flags & CO_VARARGS)
    try:
        form = signature(f)
    except (TypeError, ValueError):
        return True  # a function written in C may have no signature
    try:
        form.bind(*[None] * count)
    except TypeError:
        return False
    return True


def _along(name: str, what: str, of: str, like: Raveled, x: Any) -> tuple[list[Any], bool]:
    """The numbers of a direction in the order of the structure that it must have, and whether Values are among them."""
    direction = Raveled(x)
    try:
        numbers = like.numbers_of(direction)
    except Mismatch as error:
        raise ValueError(f"{name} needs {what} in the structure of the {of}: {error.why} at {what}{error.path}") from None
    return numbers, Value in direction.kinds


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Compute f's value and its derivative in a direction, in forward mode.

    The derivative is the product of the Jacobian with the direction (a Jacobian-vector product).

    Args:
        f: a function that returns numbers, in lists, tuples, dicts, dataclasses or arrays, nested.
        primals: the tuple of f's arguments, or its only argument.
        tangents: the direction, in the structure of `primals`: the same containers and keys, the keys in any order.

    Returns:
        `(value, tangent)`, both in the structure of f's result.

    Raises:
        ValueError: if the structures of primals and tangents differ.
        TypeError: if f is not a function, or an argument or f's result holds anything but numbers.

    Examples:
        >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
        (6.0, 3.0)
    """
    _check_function("jvp()", f)
    call, direction = _directed("jvp()", f, primals, tangents, False)
    outputs = numbers_of("jvp()", call.result)
    found = _tangents(call, outputs.numbers, direction)
    return outputs.rebuild([call.plain(x) for x in outputs.numbers]), outputs.rebuild(found)


def _directed(name: str, f: Function, primals: Any, tangents: Any, has_aux: bool) -> tuple[Call, dict[int, Any]]:
    """A call of f, and its variables with their tangents, by identity."""
    arguments, several = arguments_of(f, primals)
    call = Call(name, f, arguments, {}, range(len(arguments)) if several else 0, has_aux)
    numbers, nested = _along(name, "tangents", "primals", call.inputs, tangents)
    call.nested = call.nested or nested
    seeds = [t if type(t) is Value else real(t, "a tangent") for t in numbers]
    return call, {id(v): (v, t) for v, t in zip(call.variables, seeds, strict=True)}


def _tangents(call: Call, outputs: Sequence[Any], direction: dict[int, Any]) -> Sequence[Any]:
    """The tangents of the outputs of a call: numbers where no Values from outside take part."""
    if not call.nested:
        numbers = pushed(
            [x for x in outputs if type(x) is Value], call.level, call.variables, [t for _, t in direction.values()]
        )
        if numbers is not None:
            found = iter(numbers)
            return [next(found) if type(x) is Value else 0.0 for x in outputs]
        call.nested = True
    with recording():
        return push_forward(outputs, direction, True, call.level)


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Compute f's value, and a function that pulls a cotangent back, in reverse mode.

    The pulled-back cotangent is its product with the Jacobian (a vector-Jacobian product).

    Args:
        f: a function that returns numbers, in lists, tuples, dicts, dataclasses or arrays, nested; with `has_aux` a pair
            of such a result and anything else.
        *primals: f's arguments.
        has_aux: whether f returns a pair; False by default.

    Returns:
        `(value, pull)` or, with `has_aux`, `(value, pull, aux)`. `pull(cotangent)`, with a cotangent in the structure
        of the value (the same containers and keys, the keys in any order), returns a tuple of derivatives, one for each
        argument, in its structure.

    Raises:
        TypeError: if f is not a function, or an argument or f's result holds anything but numbers.
        ValueError: in `pull`, if the cotangent has another structure than the value.

    Examples:
        >>> value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
        >>> value, pull([1.0, 10.0])
        ([6.0, 5.0], (13.0, 12.0))
    """
    _check_function("vjp()", f)
    call = Call("vjp()", f, primals, {}, range(len(primals)), has_aux)
    outputs = numbers_of("vjp()", call.result)
    call.look_outside(outputs.numbers)

    def pull(cotangent: Any) -> Any:
        seeds, nested = _along("vjp()'s function", "cotangent", "value", outputs, cotangent)
        seeded = as_seeds(outputs.numbers, seeds)
        if not call.nested and not nested:
            return call.mirrored(gradient_of_seeds(seeded, call.variables, call.level))
        with recording():
            return call.mirrored(pull_back(seeded, call.variables, True, call.level))

    value = outputs.rebuild([call.plain(x) for x in outputs.numbers])
    return (value, pull, call.plain_aux()) if has_aux else (value, pull)


def hvp(f: Function, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Compute the product of f's Hessian with a direction.

    It is the derivative of the gradient in that direction, forward mode over reverse mode, at the cost of a few
    gradients.

    Args:
        f: a function that returns one number or, with `has_aux`, a pair of that number and anything else.
        primals: f's argument, or a tuple of its arguments.
        tangents: the direction, in the structure of `primals`: the same containers and keys, the keys in any order.
        has_aux: whether f returns a pair; False by default.

    Returns:
        The product, in the structure of the argument; for several arguments a tuple. With `has_aux` it is
        `(product, aux)`.

    Raises:
        TypeError: as in `grad`.
        ValueError: if the structures of primals and tangents differ.

    Examples:
        >>> hvp(lambda x: x[0] ** 2 * x[1], [2.0, 3.0], [1.0, 0.0])
        [6.0, 4.0]

    References:
        Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6, 1994.
    """
    _check_function("hvp()", f)
    call, direction = _directed("hvp()", f, primals, tangents, has_aux)
    output = one_number("hvp()", call.result)
    call.look_outside([output])
    with recording():
        slopes = pull_back(as_seeds([output], [1.0]), call.variables, True, call.level)
    found = call.mirrored(_tangents(call, slopes, direction))
    if isinstance(call.argnums, range) and len(found) == 1:
        found = found[0]
    return (found, call.plain_aux()) if has_aux else found


def jacobian(
    f: Function, argnums: Argnums = 0, mode: str | None = None, sparse: bool = False, has_aux: bool = False
) -> Function:
    """Make a function that returns the derivatives of all results of f.

    Args:
        f: a function that returns numbers, in lists, tuples, dicts, dataclasses or arrays, nested; with `has_aux` a pair
            of such a result and anything else.
        argnums: the position or positions of the arguments to differentiate with respect to, as in `value_and_grad`;
            the first by default.
        mode: "forward" (the cost grows with the number of inputs), "reverse" (with that of the results), or None, the
            default, for the cheaper.
        sparse: whether to return a sparse matrix, of a function of one list or array of shape (n,) that returns one of
            shape (m,), in as few sweeps as the sparsity pattern has colours; False by default.
        has_aux: whether f returns a pair; False by default.

    Returns:
        A function of f's arguments. It returns the structure of f's result, in each place the structure of the
        argument; a result of shape s and an argument of shape t, both arrays, give an array of shape s + t. With
        `sparse` it returns a SciPy `csr_array` of shape (m, n), or without SciPy a dense array; with `has_aux`
        `(derivatives, aux)`.

    Raises:
        TypeError: if f is not a function or `argnums` no integers; at a call, if an argument or f's result holds
            anything but numbers or, with `sparse`, Values from outside take part.
        ValueError: for another mode.

    Examples:
        >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
        [[3.0, 2.0], [1.0, 0.0]]

    References:
        Gebremedhin, Manne and Pothen, What color is your Jacobian? Graph coloring for computing derivatives, SIAM
        Review 47, 2005 (sparse).
    """
    _check_function("jacobian()", f)
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f"jacobian() knows the modes 'forward' and 'reverse', not {mode!r}")

    argnums = as_argnums(argnums)

    def compute(args: Any, kwargs: Any) -> Any:
        call = Call("jacobian()", f, args, kwargs, argnums, has_aux)
        outputs = numbers_of("jacobian()", call.result)
        if sparse:
            _check_sparse("jacobian(sparse=True)", call, outputs)
            found = sparse_jacobian(outputs.numbers, call.variables, call.level, mode)
        else:
            found = blocks(_matrix(call, outputs.numbers, mode), outputs, call.inputs)
        return (found, call.plain_aux()) if has_aux else found

    return Derivation(jacobian, f, compute, argnums=argnums, mode=mode, sparse=sparse, has_aux=has_aux)


def _check_sparse(name: str, call: Call, outputs: Raveled) -> None:
    """SciPy's matrices hold numbers, so no Values from outside may take part."""
    check_flat(name, call.inputs)
    check_flat(name, outputs, "results")
    call.look_outside(outputs.numbers)
    if call.nested and not tracing():
        raise TypeError(f"{name} gives numbers, but Values from outside take part: leave sparse= out, or detach them")


def _matrix(call: Call, outputs: Sequence[Any], mode: str | None) -> Any:
    """The derivatives of the outputs (rows) with respect to the call's variables (columns)."""
    call.look_outside(outputs)
    forward = mode == "forward" or (mode is None and len(call.variables) < len(outputs))
    if call.nested:
        return (recorded_columns if forward and tracing() else recorded_rows)(outputs, call.variables, call.level)
    if forward:
        return tangent_columns(outputs, call.variables, call.level)
    return gradient_rows(outputs, call.variables, call.level)


def hessian(f: Function, argnums: Argnums = 0, sparse: bool = False, has_aux: bool = False) -> Function:
    """Make a function that returns the second derivatives of f, exactly symmetric.

    The gradient is recorded, and each of its components is differentiated by one reverse sweep.

    Args:
        f: a function that returns one number or, with `has_aux`, a pair of that number and anything else.
        argnums: the position or positions of the arguments to differentiate with respect to, as in `value_and_grad`;
            the first by default.
        sparse: whether to return a sparse matrix, of a function of one list or array of shape (n,), in as few sweeps as
            the sparsity pattern has colours; False by default.
        has_aux: whether f returns a pair; False by default.

    Returns:
        A function of f's arguments. It returns the structure of the argument, in each place that structure again; an
        array of shape s gives one of shape s + s. With `sparse` it returns a SciPy `csr_array` of shape (n, n), or
        without SciPy a dense array; with `has_aux` `(derivatives, aux)`.

    Raises:
        TypeError: as in `jacobian`; also, at a call, if f does not return one number.

    Examples:
        >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
        [[6.0, 4.0], [4.0, 0.0]]

    References:
        Gebremedhin, Manne and Pothen, What color is your Jacobian? Graph coloring for computing derivatives, SIAM
        Review 47, 2005 (sparse, by star colouring).
    """
    _check_function("hessian()", f)

    argnums = as_argnums(argnums)

    def compute(args: Any, kwargs: Any) -> Any:
        call = Call("hessian()", f, args, kwargs, argnums, has_aux)
        output = one_number("hessian()", call.result)
        if sparse:
            _check_sparse("hessian(sparse=True)", call, Raveled(output))
        with recording():
            first = pull_back(as_seeds([output], [1.0]), call.variables, True, call.level)
        if sparse:
            found = sparse_hessian(output, first, call.variables, call.level)
        else:
            found = blocks(symmetric(_matrix(call, first, "reverse")), call.inputs, call.inputs)
        return (found, call.plain_aux()) if has_aux else found

    return Derivation(hessian, f, compute, argnums=argnums, sparse=sparse, has_aux=has_aux)
