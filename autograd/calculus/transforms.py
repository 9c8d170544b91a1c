"""Derivatives as functions of functions: grad, value_and_grad, jvp, vjp, hvp, jacobian, hessian.

Each call differentiates with respect to fresh variables. Where the caller's arguments hold Values, or the function reaches
Values from outside, the variables are linked to them and the sweeps are recorded: so derivatives nest to any order, and an
inner derivative is never taken for an outer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import Any

from autograd._validate import real
from autograd.calculus.ad import as_seeds, as_value, pull_back, push_forward
from autograd.calculus.call import Call, numbers_of, one_number
from autograd.calculus.dense import gradient_rows, recorded_rows, symmetric, tangent_columns
from autograd.calculus.derivation import Argnums, Function, note_derivation
from autograd.calculus.sparse import check_flat, sparse_hessian, sparse_jacobian
from autograd.engine.backward import sweep
from autograd.engine.modes import recording
from autograd.engine.node import gradients
from autograd.engine.ravel import Raveled, blocks
from autograd.engine.value import Value


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """Make a function that returns f's value and its gradient.

    The gradient is one reverse sweep: it costs a few evaluations of f, whatever the number of inputs.

    Args:
        f: a function that returns one number or, with `has_aux`, a pair of that number and anything else.
        argnums: the position or positions of the arguments to differentiate with respect to: numbers, or lists, tuples,
            dicts or arrays of numbers, nested; the first by default.
        has_aux: whether f returns a pair; False by default.

    Returns:
        A function of f's arguments that returns `(value, gradient)` or, with `has_aux`, `((value, aux), gradient)`. The
        gradient has the structure of the argument; for several argnums it is a tuple of such. Numbers are floats, or
        Values if Values from outside take part.

    Raises:
        TypeError: if f is not a function; at a call, if an argument holds anything but numbers, f does not return one
            number, or there is no argument at a position.
        ValueError: at a call, if `argnums` names an argument twice.

    Examples:
        >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
        (6.0, {'a': 3.0, 'b': 2.0})
    """
    _check_function("value_and_grad()", f)

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        call = Call("grad()", f, args, kwargs, argnums)
        output, aux = call.result if has_aux else (call.result, None)
        output = one_number("grad()", output)
        found = _gradient(call, output)
        value = call.plain(output) if type(output) is Value else float(output)
        return ((value, aux) if has_aux else value), call.mirrored(found)

    note_derivation(derived, "value_and_grad", f, argnums, has_aux)
    return derived


def _gradient(call: Call, output: Any) -> list[Any]:
    """The derivatives with respect to the call's variables; through the fast sweep where only they take part."""
    if type(output) is not Value:
        return [as_value(0.0) if call.nested else 0.0] * len(call.variables)
    if not call.nested and sweep(output, 1.0, call.level):
        return gradients(call.variables)
    call.look_outside([output])
    with recording():
        found = pull_back({id(output): (output, 1.0)}, call.variables, call.nested)
    return [as_value(x) for x in found] if call.nested else found


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
    both = value_and_grad(f, argnums, has_aux)

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    note_derivation(derived, "grad", f, argnums, has_aux)
    return derived


def _as_arguments(primals: Any) -> tuple[Any, ...]:
    return primals if isinstance(primals, tuple) and not hasattr(primals, "_fields") else (primals,)


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Compute f's value and its derivative in a direction, in forward mode.

    The derivative is the product of the Jacobian with the direction (a Jacobian-vector product).

    Args:
        f: a function that returns numbers, in lists, tuples, dicts or arrays, nested.
        primals: the tuple of f's arguments, or its only argument.
        tangents: the direction, in the structure of `primals`.

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
    arguments = _as_arguments(primals)
    direction = Raveled(_as_arguments(tangents))
    call = Call("jvp()", f, arguments, {}, range(len(arguments)))
    if not direction.fits(call.inputs):
        raise ValueError("jvp() needs tangents in the structure of the primals, as many and of the same shapes")
    outputs = numbers_of("jvp()", call.result)
    call.nested = call.nested or Value in direction.kinds
    call.look_outside(outputs.numbers)
    seeds = [t if type(t) is Value else real(t, "a tangent") for t in direction.numbers]
    with recording():
        found = push_forward(outputs.numbers, {id(v): t for v, t in zip(call.variables, seeds, strict=True)}, call.nested)
    return outputs.rebuild([call.plain(x) for x in outputs.numbers]), outputs.rebuild(found)


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Compute f's value, and a function that pulls a cotangent back, in reverse mode.

    The pulled-back cotangent is its product with the Jacobian (a vector-Jacobian product).

    Args:
        f: a function that returns numbers, in lists, tuples, dicts or arrays, nested; with `has_aux` a pair of such a
            result and anything else.
        *primals: f's arguments.
        has_aux: whether f returns a pair; False by default.

    Returns:
        `(value, pull)` or, with `has_aux`, `(value, pull, aux)`. `pull(cotangent)`, with a cotangent in the structure
        of the value, returns a tuple of derivatives, one for each argument, in its structure.

    Raises:
        TypeError: if f is not a function, or an argument or f's result holds anything but numbers.
        ValueError: in `pull`, if the cotangent has another structure than the value.

    Examples:
        >>> value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
        >>> value, pull([1.0, 10.0])
        ([6.0, 5.0], (13.0, 12.0))
    """
    _check_function("vjp()", f)
    call = Call("vjp()", f, primals, {}, range(len(primals)))
    result, aux = call.result if has_aux else (call.result, None)
    outputs = numbers_of("vjp()", result)
    call.look_outside(outputs.numbers)

    def pull(cotangent: Any) -> Any:
        seeds = Raveled(cotangent)
        if not seeds.fits(outputs):
            raise ValueError("vjp()'s function needs a cotangent in the structure of the value")
        nested = call.nested or Value in seeds.kinds
        with recording():
            return call.mirrored(pull_back(as_seeds(outputs.numbers, seeds.numbers), call.variables, nested))

    value = outputs.rebuild([call.plain(x) for x in outputs.numbers])
    return (value, pull, aux) if has_aux else (value, pull)


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """Compute the product of f's Hessian with a direction.

    It is the derivative of the gradient in that direction, forward mode over reverse mode, at the cost of a few
    gradients.

    Args:
        f: a function that returns one number.
        primals: f's argument, or a tuple of its arguments.
        tangents: the direction, in the structure of `primals`.

    Returns:
        The product, in the structure of the argument; for several arguments a tuple.

    Raises:
        TypeError: as in `grad`.
        ValueError: if the structures of primals and tangents differ.

    Examples:
        >>> hvp(lambda x: x[0] ** 2 * x[1], [2.0, 3.0], [1.0, 0.0])
        [6.0, 4.0]

    References:
        Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6, 1994.
    """
    arguments = _as_arguments(primals)
    found = jvp(grad(f, tuple(range(len(arguments)))), arguments, _as_arguments(tangents))[1]
    return found if len(arguments) > 1 else found[0]


def jacobian(f: Function, argnums: Argnums = 0, mode: str | None = None, sparse: bool = False) -> Function:
    """Make a function that returns the derivatives of all results of f.

    Args:
        f: a function that returns numbers, in lists, tuples, dicts or arrays, nested.
        argnums: the position or positions of the arguments to differentiate with respect to, as in `value_and_grad`;
            the first by default.
        mode: "forward" (the cost grows with the number of inputs), "reverse" (with that of the results), or None, the
            default, for the cheaper.
        sparse: whether to return a sparse matrix, of a function of one list or array of shape (n,) that returns one of
            shape (m,), in as few sweeps as the sparsity pattern has colours; False by default.

    Returns:
        A function of f's arguments. It returns the structure of f's result, in each place the structure of the
        argument; a result of shape s and an argument of shape t, both arrays, give an array of shape s + t. With
        `sparse` it returns a SciPy `csr_array` of shape (m, n), or without SciPy a dense array.

    Raises:
        TypeError: if f is not a function; at a call, if an argument or f's result holds anything but numbers or, with
            `sparse`, Values from outside take part.
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

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        call = Call("jacobian()", f, args, kwargs, argnums)
        outputs = numbers_of("jacobian()", call.result)
        if sparse:
            _check_sparse("jacobian(sparse=True)", call, outputs)
            return sparse_jacobian(outputs.numbers, call.variables, call.level, mode)
        return blocks(_matrix(call, outputs.numbers, mode), outputs, call.inputs)

    return derived


def _check_sparse(name: str, call: Call, outputs: Raveled) -> None:
    """SciPy's matrices hold numbers, so no Values from outside may take part."""
    check_flat(name, call.inputs)
    check_flat(name, outputs, "results")
    call.look_outside(outputs.numbers)
    if call.nested:
        raise TypeError(f"{name} gives numbers, but Values from outside take part: leave sparse= out, or detach them")


def _matrix(call: Call, outputs: Sequence[Any], mode: str | None) -> Any:
    """The derivatives of the outputs (rows) with respect to the call's variables (columns)."""
    call.look_outside(outputs)
    if call.nested:
        return recorded_rows(outputs, call.variables)
    if mode == "forward" or (mode is None and len(call.variables) < len(outputs)):
        return tangent_columns(outputs, call.variables)
    return gradient_rows(outputs, call.variables, call.level)


def hessian(f: Function, argnums: Argnums = 0, sparse: bool = False) -> Function:
    """Make a function that returns the second derivatives of f, exactly symmetric.

    The gradient is recorded, and each of its components is differentiated by one reverse sweep.

    Args:
        f: a function that returns one number.
        argnums: the position or positions of the arguments to differentiate with respect to, as in `value_and_grad`;
            the first by default.
        sparse: whether to return a sparse matrix, of a function of one list or array of shape (n,), in as few sweeps as
            the sparsity pattern has colours; False by default.

    Returns:
        A function of f's arguments. It returns the structure of the argument, in each place that structure again; an
        array of shape s gives one of shape s + s. With `sparse` it returns a SciPy `csr_array` of shape (n, n), or
        without SciPy a dense array.

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

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        call = Call("hessian()", f, args, kwargs, argnums)
        output = one_number("hessian()", call.result)
        if sparse:
            _check_sparse("hessian(sparse=True)", call, Raveled(output))
        with recording():
            first = pull_back(as_seeds([output], [1.0]), call.variables, True)
        if sparse:
            return sparse_hessian(output, first, call.variables, call.level)
        return blocks(symmetric(_matrix(call, first, "reverse")), call.inputs, call.inputs)

    return derived
