"""The names and docstrings of the functions that are made from the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any

from autograd.ops.primitives import Row

DOCSTRING = """Compute {what}.
{kinks}
    Args:
        {arguments}

    Returns:
        {result}

    Raises:
        {errors}

    Examples:
        >>> {example}
        {printed}
    """
NUMBERS = "a number, a Value, or an array or list of them"
AXIS = "axis: the axis of an array to compute along; {}."
NOT_NUMBERS = "TypeError: for anything but numbers and Values."
ANGLES = {"sin": 0, "cos": 0, "tan": 0, "asin": 1, "acos": 1, "atan": 1, "atan2": 1}  # 0: the operand, 1: the result


def document(function: Callable[..., Any], row: Row) -> Callable[..., Any]:
    """Give a function of the table its row's name, and a docstring with an example."""
    function.__name__ = function.__qualname__ = row.name
    function.__module__ = "autograd"
    parameters = signature(function).parameters
    what, arguments, result, errors = _reduction(row, list(parameters)) if row.arity is None else _elementwise(row, parameters)
    operands = _operands(row)
    function.__doc__ = DOCSTRING.format(
        what=what,
        kinks=f"\n    At kinks and edges: {row.kinks}{'.' * (row.kinks[-1] != '.')}\n" if row.kinks else "",
        arguments="\n        ".join(arguments),
        result=result,
        errors="\n        ".join(errors),
        example=f"{row.name}({', '.join(map(repr, operands))})",
        printed=repr(function(*operands)),
    )
    return function


def _elementwise(row: Row, parameters: Mapping[str, Parameter]) -> tuple[str, list[str], str, list[str]]:
    """First line, arguments, result and errors of a function of numbers."""
    first, *others = parameters
    radians = [", in radians" if ANGLES.get(row.name) == place else "" for place in (0, 1)]
    arguments = [f"{first}: {NUMBERS}{radians[0]}."]
    for name in others:
        default = parameters[name].default
        arguments.append(f"{name}: the same, broadcast" + ("." if default is Parameter.empty else f"; {default} by default."))
    shape = "broadcast shape" if others else f"shape of {first}"
    result = f"A float or, if a Value takes part, a Value{radians[1]}; for arrays and lists an array, in the {shape}."
    return f"{row.name}({', '.join(parameters)}), elementwise", arguments, result, [NOT_NUMBERS]


def _reduction(row: Row, names: list[str]) -> tuple[str, list[str], str, list[str]]:
    """First line, arguments, result and errors of a function of lists."""
    call, errors = f"{row.name}({', '.join(names[: row.lists])})", [NOT_NUMBERS]
    if row.lists == 2:
        arguments = [f"{names[0]}: numbers or Values, in a list, an array or another iterable.", f"{names[1]}: as many."]
        errors.insert(0, "ValueError: if there are not as many in both.")
        return f"{call} of two lists", arguments, "A float or, if a Value takes part, a Value.", errors
    arguments = [f"{names[0]}: numbers or Values, in a list, a nested list, an array or another iterable."]
    if row.name not in ("sum", "prod"):
        errors.insert(0, "ValueError: if there are no numbers.")
    if row.partials:
        arguments.append(AXIS.format("None, the default, takes all items"))
        result = "A float or, if a Value takes part, a Value; with `axis` an array without that axis."
        return f"{call} of all items, or along an axis", arguments, result, errors
    arguments.append(AXIS.format("the last by default; None takes all items, as one list"))
    return f"{call} along an axis", arguments, f"An array of floats or Values, in the shape of {names[0]}.", errors


def _operands(row: Row) -> list[Any]:
    """The operands of the example."""
    if row.arity is None:
        return [[1.0, 2.0, 3.0]] * max(row.lists, 1)
    return [round((low + high) / 2 + 0.25 * (high - low), 2) for low, high in row.sample]
