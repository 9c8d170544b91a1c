"""The table: every operation stated once, as one row.

A rule is a function of a *domain* `m` (a namespace of elementary functions) and of the operands. Give it floats, arrays,
Values or symbols, and the same line calculates, vectorises, records or prints. Partials also get the result `z`, last.
Elementary rows (`value=None`) are what a domain brings along itself: C's and Python's libm, NumPy's ufuncs.

An operand that the piece taken of an operation does not read is cut: no derivative passes, not even an infinity or a nan. Its
row says when, as a condition of the operands; the partial need only be stated for where it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log, nan, pi, sqrt
from operator import mul
from typing import Any

from autograd.ops import rules
from autograd.ops.reductions import log_softmax, logsumexp, others, softmax
from autograd.ops.special import digamma, trigamma, zeta

Rule = Callable[..., Any]
Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Row:
    """One operation: `value(m, *operands)` and, operand by operand, `partials[i](m, *operands, z)`, 0 where it is cut."""

    name: str
    value: Rule
    partials: tuple[Rule, ...]
    sample: tuple[Interval, ...]  # where tests may draw each operand
    symbol: str  # what `Value.op` says
    glyph: str  # what pictures show
    numpy: str  # the ufunc of the same meaning
    kinks: str = ""  # the convention at kinks and singular points
    arity: int | None = 1  # None: any number of operands, in `lists` lists
    lists: int = 0
    defaults: tuple[float, ...] = ()
    elementary: bool = False
    public: bool = True  # whether it is a function of the package, not only an operator
    cut: tuple[Rule | None, ...] = ()  # operand by operand when it is cut, `cut[i](m, *operands)`, or of lists; None: never
    decreed: bool = False  # whether the partials are 0 by decree, not the value's derivatives


TABLE: dict[str, Row] = {}
R: Interval = (-3.0, 3.0)
POSITIVE: Interval = (0.1, 5.0)
INSIDE: Interval = (-0.9, 0.9)


def row(name: str, value: Rule | None, *partials: Rule, sample: tuple[Interval, ...] = (), **more: Any) -> None:
    """Add one row; what is not said follows from the name and the partials."""
    symbol = more.pop("symbol", name)
    more = {"glyph": symbol, "public": symbol == name, "numpy": name, "arity": len(partials), **more}
    elementary = value is None
    value = value or (lambda m, *operands: getattr(m, name)(*operands))
    sample = sample or (R,) * (more.get("lists") or len(partials))
    cut = more.pop("cut", [None] * len(partials))
    cut = tuple([always if rule is zero else condition for rule, condition in zip(partials, cut, strict=True)])
    partials, cut = tuple(map(_where_read, partials, cut)), cut if any(cut) else ()
    TABLE[name] = Row(name, value, partials, sample, symbol, elementary=elementary, cut=cut, **more)


def zero(m: Any, *operands: Any) -> float:
    return 0.0


def one(m: Any, *operands: Any) -> float:
    return 1.0


def defined(m: Any, condition: Any, expression: Any) -> Any:
    """`expression` where the function has a value, nan elsewhere."""
    return m.where(condition, expression, nan)


always = one  # a condition, as those of `cut`


def _where_read(rule: Rule, cut: Rule | None) -> Rule:
    """The partial, stated for where the operand is read."""
    if cut is None or rule is zero:
        return rule
    return lambda m, *operands: m.where(cut(m, *operands[:-1]), 0.0, rule(m, *operands))


# fmt: off
# Arithmetic
row("identity", lambda m, x: x, one, glyph="=", numpy="positive", public=False)
row("neg", lambda m, x: -x, lambda m, x, z: -1.0, glyph="−", numpy="negative", public=False)
row("abs", lambda m, x: m.fabs(x), lambda m, x, z: m.sign(x), numpy="absolute", glyph="|x|", public=False,
    kinks="derivative 0 at 0")
row("add", lambda m, x, y: x + y, one, one, symbol="+")
row("sub", lambda m, x, y: x - y, one, lambda m, x, y, z: -1.0, symbol="-", glyph="−", numpy="subtract")
row("mul", lambda m, x, y: x * y, lambda m, x, y, z: y, lambda m, x, y, z: x, symbol="*", glyph="×", numpy="multiply")
row("div", lambda m, x, y: x / y, lambda m, x, y, z: 1.0 / y, lambda m, x, y, z: -z / y, sample=(R, POSITIVE),
    symbol="/", glyph="÷", numpy="divide", kinks="x/0 is inf of the sign of x and of the zero; 0/0 is nan")
row("pow", None, lambda m, x, y, z: rules.power_slope(m, x, y),
    lambda m, x, y, z: m.where(x > 0.0, z * m.log(x), m.where(x == 0.0, rules.slope_at_0(m, x, y, z), nan * z)),
    sample=((0.2, 3.0), R), symbol="**", glyph="xʸ", numpy="power",
    kinks="x**0 is 1 with derivative 0; to the exponent nan for x < 0, 0 for x = 0 < y")
row("mod", lambda m, x, y: rules.modulo(m, x, y, m.fmod(x, y)), lambda m, x, y, z: 1.0,
    lambda m, x, y, z: -m.floordiv(x, y), sample=((2.1, 2.9), (0.55, 0.65)), symbol="%", glyph="mod", numpy="remainder",
    kinks="sign of the divisor; derivatives 1 and -floor(x/y), also at the jumps; nan for y = 0")
row("floordiv", lambda m, x, y: rules.floor_divide(m, x, y, m.fmod(x, y)), zero, zero, sample=((2.1, 2.9), (0.55, 0.65)),
    symbol="//", glyph="⌊÷⌋", numpy="floor_divide", kinks="derivative 0; x//0 as x/0")
row("fmod", None, lambda m, x, y, z: 1.0, lambda m, x, y, z: -m.trunc(x / y), sample=((2.1, 2.9), (0.55, 0.65)),
    kinks="sign of the dividend; derivatives 1 and -trunc(x/y), also at the jumps; nan for y = 0")

# Exponentials and logarithms
row("exp", None, lambda m, x, z: z)
row("expm1", None, lambda m, x, z: m.exp(x))
row("exp2", None, lambda m, x, z: z * log(2.0))
LOG = "-inf at 0, with derivative inf; nan, with derivative nan, below"
# In the partials of logarithms `+ 0.0` turns -0.0 into 0.0.
row("log", None, lambda m, x, z: defined(m, x >= 0.0, 1.0) / (x + 0.0), sample=(POSITIVE,), kinks=LOG)
row("log1p", None, lambda m, x, z: defined(m, x >= -1.0, 1.0) / (1.0 + x), sample=((-0.9, 3.0),),
    kinks="-inf at -1, with derivative inf; nan, with derivative nan, below")
row("log2", None, lambda m, x, z: defined(m, x >= 0.0, 1.0) / (x * log(2.0) + 0.0), sample=(POSITIVE,), kinks=LOG)
row("log10", None, lambda m, x, z: defined(m, x >= 0.0, 1.0) / (x * log(10.0) + 0.0), sample=(POSITIVE,), kinks=LOG)
row("sqrt", None, lambda m, x, z: 0.5 / (z + 0.0), sample=(POSITIVE,), glyph="√", kinks="derivative inf at 0; nan below")
row("cbrt", None, lambda m, x, z: 1.0 / (3.0 * z * z), sample=(POSITIVE,), glyph="∛", kinks="derivative inf at 0")
row("hypot", None, lambda m, x, y, z: rules.direction_cosine(m, x, y, h=z),
    lambda m, x, y, z: rules.direction_cosine(m, y, x, h=z),
    kinks="derivatives 0 at the origin, nan where both are infinite; does not overflow")

# Circles and hyperbolas
row("sin", None, lambda m, x, z: m.cos(x))
row("cos", None, lambda m, x, z: -m.sin(x))
row("tan", None, lambda m, x, z: 1.0 + z * z, sample=((-1.4, 1.4),))
EDGE = "derivative infinite at -1 and 1; nan outside"
row("asin", None, lambda m, x, z: 1.0 / m.sqrt(rules.one_minus_square(m, x)), sample=(INSIDE,), numpy="arcsin", kinks=EDGE)
row("acos", None, lambda m, x, z: -1.0 / m.sqrt(rules.one_minus_square(m, x)), sample=(INSIDE,), numpy="arccos", kinks=EDGE)
row("atan", None, lambda m, x, z: rules.lorentzian(m, x), numpy="arctan")
row("atan2", None, lambda m, x, y, z: rules.turn(m, y, x, h=m.hypot(x, y)),
    lambda m, x, y, z: -rules.turn(m, x, y, h=m.hypot(x, y)), sample=(R, POSITIVE), numpy="arctan2",
    kinks="derivatives nan at the origin")
row("sinh", None, lambda m, x, z: m.cosh(x))
row("cosh", None, lambda m, x, z: m.sinh(x))
row("tanh", None, lambda m, x, z: 4.0 * rules.logistic_density(m, 2.0 * x))
row("asinh", None, lambda m, x, z: 1.0 / m.hypot(1.0, x), numpy="arcsinh")
row("acosh", None, lambda m, x, z: 1.0 / (m.sqrt(x - 1.0) * m.sqrt(x + 1.0)), sample=((1.2, 5.0),), numpy="arccosh",
    kinks="derivative inf at 1; nan below")
row("atanh", None, lambda m, x, z: defined(m, m.abs(x) <= 1.0, 1.0) / rules.one_minus_square(m, x), sample=(INSIDE,),
    numpy="arctanh", kinks="infinite at -1 and 1, with derivative inf; nan outside")

# Error and gamma functions
row("erf", None, lambda m, x, z: 2.0 / sqrt(pi) * rules.gaussian(m, x))
row("erfc", None, lambda m, x, z: -2.0 / sqrt(pi) * rules.gaussian(m, x))
row("lgamma", None, lambda m, x, z: m.digamma(x), sample=(POSITIVE,), kinks="inf, with derivative nan, at 0, -1, -2, ...")
row("digamma", lambda m, x: m.where(x > 0.0, digamma(m, x), m.where(
        m.floor(x) == x, nan, digamma(m, 1.0 - x) - pi / m.tan(pi * (x - m.round(x))))),
    lambda m, x, z: trigamma(m, x), sample=(POSITIVE,), glyph="ψ", kinks="nan, with derivative inf, at 0, -1, -2, ...")
row("zeta", lambda m, s, x: m.where(x == inf, 0.0, zeta(m, s, x)), lambda m, s, x, z: nan * z,
    lambda m, s, x, z: -s * m.zeta(s + 1.0, x), sample=((2.0, 5.0), POSITIVE), glyph="ζ", public=False,
    kinks="Hurwitz's, s > 1 and x > 0; the derivative to s is nan")

# Activations
row("sigmoid", lambda m, x: m.where(x >= 0.0, 1.0, m.exp(-m.fabs(x))) / (1.0 + m.exp(-m.fabs(x))),
    lambda m, x, z: rules.logistic_density(m, x, z=z), glyph="σ")
row("relu", lambda m, x: m.where(x <= 0.0, 0.0, x), lambda m, x, z: defined(m, x > 0.0, 1.0),
    cut=[lambda m, x: x <= 0.0], kinks="derivative 0 at 0; nan stays nan")
POSITIVE_ALONE = [None, lambda m, x, factor: x > 0.0]
row("leaky_relu", lambda m, x, slope: m.where(x <= 0.0, slope * x, x),
    lambda m, x, slope, z: m.where(x > 0.0, 1.0, defined(m, x <= 0.0, 1.0) * slope), lambda m, x, slope, z: x,
    cut=POSITIVE_ALONE, sample=(R, (0.01, 0.5)), defaults=(0.01,), kinks="derivative `slope` at 0")
row("elu", lambda m, x, alpha: m.where(x <= 0.0, alpha * m.expm1(x), x),
    lambda m, x, alpha, z: m.where(x > 0.0, 1.0, alpha * m.exp(x)), lambda m, x, alpha, z: m.expm1(x),
    cut=POSITIVE_ALONE, sample=(R, (0.5, 2.0)), defaults=(1.0,), kinks="derivative alpha at 0")
row("gelu", lambda m, x: m.where(x == -inf, 0.0, 0.5 * x * m.erfc(-x * sqrt(0.5))), lambda m, x, z: m.where(
        x > 40.0, 1.0, m.where(x < -40.0, 0.0, 0.5 * m.erfc(-x * sqrt(0.5)) + x * m.exp(-0.5 * x * x) / sqrt(2.0 * pi))))
row("silu", lambda m, x: m.where(x == -inf, 0.0, x * m.sigmoid(x)),
    lambda m, x, z: m.where(m.abs(x) == inf, m.sigmoid(x), rules.silu_slope(m, x)))
row("softplus", lambda m, x: m.where(x > 0.0, x, 0.0) + m.log1p(m.exp(-m.fabs(x))), lambda m, x, z: m.sigmoid(x))

# Derivatives that, recorded, are operations of their own
row("one_minus_square", rules.one_minus_square, lambda m, x, z: -2.0 * x, glyph="1−x²", public=False)
row("lorentzian", rules.lorentzian, lambda m, x, z: m.where(z == 0.0, 0.0, -2.0 * (x * z) * z), glyph="1/(1+x²)", public=False)
row("gaussian", rules.gaussian, lambda m, x, z: m.where(z == 0.0, 0.0, -2.0 * x * z), glyph="exp(-x²)", public=False)
row("logistic_density", rules.logistic_density, lambda m, x, z: -m.tanh(0.5 * x) * z, glyph="σ′", public=False)
row("direction_cosine", rules.direction_cosine,
    lambda m, x, y, z: rules.cosine_slope(m, x, y, rules.direction_cosine(m, y, x)),
    lambda m, x, y, z: rules.cosine_slope(m, x, y, -z), glyph="cos φ", public=False,
    kinks="0, with derivatives 0, at the origin")
row("turn", rules.turn, lambda m, x, y, z: rules.turn(m, y, x) * rules.turn(m, y, x) - z * z,
    lambda m, x, y, z: -2.0 * z * rules.turn(m, y, x), sample=(R, POSITIVE), glyph="φ′", public=False)

# Steps, choices
SHARE, TIE = (lambda m, x, y, z: m.where(x == y, 0.5, defined(m, z == z, 1.0))), "half and half on a tie; nan stays nan"
row("sign", lambda m, x: m.where(x > 0.0, 1.0, m.where(x < 0.0, -1.0, x)), zero, kinks="0 at 0; derivative 0")
for _name in ("floor", "ceil", "trunc"):
    row(_name, None, zero, kinks="derivative 0, also at the jumps")
row("round", None, zero, numpy="rint", public=False, kinks="half to even; derivative 0, also at the jumps")
LESS, GREATER = (lambda m, x, y: x < y), (lambda m, x, y: x > y)
row("minimum", lambda m, x, y: m.where(x <= y, x, m.where(y < x, y, x + y)), SHARE, SHARE, cut=[GREATER, LESS], kinks=TIE)
row("maximum", lambda m, x, y: m.where(x >= y, x, m.where(y > x, y, x + y)), SHARE, SHARE, cut=[LESS, GREATER], kinks=TIE)
row("clip", lambda m, x, low, high: m.minimum(m.maximum(x, low), high), lambda m, x, low, high, z: defined(m, x == x, 1.0),
    one, one, cut=[lambda m, x, low, high: m.where(x < low, 1.0, x > high),
                   lambda m, x, low, high: m.where(x < low, low > high, 1.0),
                   lambda m, x, low, high: m.where(x > high, 0.0, m.where(low > high, 0.0, 1.0))],
    sample=(R, (-2.0, -1.0), (1.0, 2.0)), defaults=(-inf, inf), kinks="derivative 1 on the bounds, 0 outside")
row("where", lambda m, c, x, y: m.where(c != 0.0, x, y), zero, one, one, glyph="?", kinks="the branch not taken gives nothing",
    cut=[always, lambda m, c, x, y: c == 0.0, lambda m, c, x, y: c != 0.0])
_comparisons = {
    "equal": ("=", lambda x, y: x == y), "not_equal": ("≠", lambda x, y: x != y), "less": ("<", lambda x, y: x < y),
    "less_equal": ("≤", lambda x, y: x <= y), "greater": (">", lambda x, y: x > y), "greater_equal": ("≥", lambda x, y: x >= y),
}
for _name, (_glyph, _test) in _comparisons.items():  # what a trace records of them: 1 or 0
    row(_name, lambda m, x, y, test=_test: m.where(test(x, y), 1.0, 0.0), zero, zero, glyph=_glyph, public=False)
row("zmul", lambda m, r, x, y: m.where(r != 0.0, x * y, 0.0), zero, lambda m, r, x, y, z: y, lambda m, r, x, y, z: x,
    cut=[always, *[lambda m, r, x, y: r == 0.0] * 2], sample=(POSITIVE, R, R), glyph="×₀", public=False,
    kinks="a local derivative times an adjoint, if cuts let it through (r is not 0); else 0, even of infinities")
row("stop", lambda m, x: x, zero, glyph="=", public=False, decreed=True, kinks="a number whose derivative is cut off")

# Reductions: operands in lists, one rule for all partials; softmax and log_softmax are made of other operations.
# The C printer calls a rule with a one-item list whose item stands for x[i]. So use m.count(xs), never len(xs).
# m.total: the sum; m.largest: the largest item; m.pivot: its index; m.shift: the largest, or 0 if infinite.
row("sum", lambda m, xs: m.total(xs), lambda m, xs, z: [1.0 for _ in xs], arity=None, lists=1, glyph="Σ")
row("prod", lambda m, xs: others(xs)[1], lambda m, xs, z: others(xs)[0], arity=None, lists=1, glyph="Π")
row("sumprod", lambda m, p, q: m.total(list(map(mul, p, q))), lambda m, p, q, z: [*q, *p], arity=None, lists=2, glyph="Σ×")
row("mean", lambda m, xs: m.total(xs) / m.count(xs), lambda m, xs, z: [1.0 / m.count(xs) for _ in xs], arity=None, lists=1,
    glyph="mean")
row("logsumexp", lambda m, xs: logsumexp(m, xs, m.shift(xs), m.pivot(xs)),
    lambda m, xs, z: softmax(m, xs, m.largest(xs), m.pivot(xs)), arity=None, lists=1,
    kinks="-inf of nothing but -inf, with derivatives nan")
row("softmax", lambda m, xs: softmax(m, xs, m.largest(xs), m.pivot(xs)), arity=None, lists=1)
row("log_softmax", lambda m, xs: log_softmax(m, xs, m.largest(xs), m.pivot(xs)), arity=None, lists=1)
# fmt: on
