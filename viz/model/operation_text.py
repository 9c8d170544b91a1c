"""The text of an operation with constants: "+ 1", "2 − x", "clip(x, 0, 1)"."""

from __future__ import annotations

from collections.abc import Mapping

from viz.model.numbers import number

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PATTERNS = {  # the constant second, the constant first
    "add": ("+ {}", "+ {}"), "sub": ("− {}", "{} − x"), "mul": ("× {}", "× {}"), "div": ("÷ {}", "{} ÷ x"),
    "mod": ("mod {}", "{} mod x"), "floordiv": ("// {}", "{} // x"), "pow": ("x^{}", "{}^x"),
}  # fmt: skip


def with_constants(operation: str, name: str, constants: Mapping[int, float], operands: int) -> str:
    """The text of an operation with its constants; "" where it would be unclear.

    `operands` is their number, the constants among them; `constants` are by place.

    `name` is that of the operation's row in the table.

    >>> with_constants("−", "sub", {0: 2.0}, 2), with_constants("clip", "clip", {1: -1.0, 2: 1.0}, 3)
    ('2 − x', 'clip(x, -1, 1)')
    """
    first, *more = constants.values()
    if name == "sum":
        return "" if more else f"{operation} + {_in_parentheses(first)}"
    if name in PATTERNS:
        return _binary(name, first, constant_first=list(constants) == [0])
    if 2 <= operands <= 3:
        names = iter("xyz")
        words = [number(constants[k]) if k in constants else next(names) for k in range(operands)]
        return f"{name if name == 'where' else operation}({', '.join(words)})"
    return ""


def _binary(name: str, constant: float, constant_first: bool) -> str:
    if name == "pow" and not constant_first and number(constant).lstrip("-").isdigit():
        return "x" + number(constant).translate(SUPERSCRIPTS)
    return PATTERNS[name][constant_first].format(_in_parentheses(constant))


def _in_parentheses(constant: float) -> str:
    """The number, a negative one in parentheses."""
    return f"({number(constant)})" if number(constant).startswith("-") else number(constant)
