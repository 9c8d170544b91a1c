"""diagnose: find the first value and the first derivative that is nan or infinite, and which zero met which infinity."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan

from autograd.checks.describe import describe, describe_partial, why_nan
from autograd.checks.nan_sweep import Passed, Sweep
from autograd.engine.backward import topological_order
from autograd.engine.value import Value

SHOWN_CUTS = 3  # in a message


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found; `str()` of it is a message.

    Attributes:
        size: how many nodes there are.
        value_node: the first node in forward order whose number is not finite, or None.
        position: its place in forward order, from 0; -1 if there is none.
        nan_node: the first node in forward order whose number is nan, or None.
        nan_position: its place in forward order, from 0; -1 if there is none.
        passed: the first in backward order that gets a finite gradient and passes on one that is not finite; or None. To
            operands that are cut nothing is passed on.
        passed_nan: the first in backward order that passes on what makes a gradient nan, or None.
        origin: where 0 meets infinity in `passed_nan`, what was passed on first as the 0 or the infinity that `passed_nan`
            gets; or None.
        cuts: the nodes and operands (from 0) where a cut stops what would have been nan.
        ok: whether all is finite.
    """

    size: int
    value_node: Value | None = None
    position: int = -1
    nan_node: Value | None = None
    nan_position: int = -1
    passed: Passed | None = None
    passed_nan: Passed | None = None
    origin: Passed | None = None
    cuts: tuple[tuple[Value, int], ...] = ()

    @property
    def partial_node(self) -> Value | None:
        """The node of `passed`, or None."""
        return self.passed.node if self.passed else None

    @property
    def partial_position(self) -> int:
        """Its place in forward order, from 0; -1 if there is none."""
        return self.passed.position if self.passed else -1

    @property
    def partial_index(self) -> int:
        """To which of its operands it passes something on, from 0; -1 if there is none."""
        return self.passed.operand if self.passed else -1

    @property
    def adjoint(self) -> float:
        """The gradient that it gets."""
        return self.passed.adjoint if self.passed else 0.0

    @property
    def partial(self) -> float:
        """Its local derivative."""
        return self.passed.partial if self.passed else 0.0

    @property
    def ok(self) -> bool:
        """Whether all values and derivatives are finite."""
        return self.value_node is None and self.passed is None

    def __str__(self) -> str:
        lines = []
        if self.value_node is not None:
            shown = f"{self.value_node.data}, {self._node(self.value_node, self.position)}"
            lines.append(f"first value that is not finite: {shown}")
        if self.nan_node is not None and self.nan_node is not self.value_node:
            lines.append(f"first value that is nan: {self._node(self.nan_node, self.nan_position)}")
        if self.nan_node is not None and (why := why_nan(self.nan_node)):
            lines.append(f"  {why}")
        if self.passed:
            lines.append(f"first derivative that is not finite: {self._sent(self.passed)}")
        if self.passed_nan and self.passed_nan is not self.passed:
            lines.append(f"first derivative that is nan: {self._sent(self.passed_nan)}")
        if self.passed_nan and (why := self._why(self.passed_nan)):
            lines.append(f"  {why}")
        return "\n".join((lines or ["all finite"]) + self._cuts())

    def _node(self, node: Value, position: int) -> str:
        return f"node {position + 1} of {self.size}, {describe(node)}"

    def _sent(self, step: Passed) -> str:
        sent = f"{describe_partial(step.node, step.operand)} times gradient {step.adjoint}"
        return f"to operand {step.operand + 1}, {sent}, {self._node(step.node, step.position)}"

    def _why(self, step: Passed) -> str:
        """Which zero met which infinity where the first gradient is nan."""
        product = step.partial * step.adjoint
        if isnan(step.partial):
            return ""
        if not isnan(product):
            return f"infinity minus infinity; {product} is added to {-product}"
        source = f"was passed on {self._sent(self.origin)}" if self.origin else "is a sum of terms that cancel"
        return f"0 times infinity; the {step.adjoint} {source}"

    def _cuts(self) -> list[str]:
        lines = [f"cut, so that no nan passes: operand {k + 1} of {describe(node)}" for node, k in self.cuts[:SHOWN_CUTS]]
        more = len(self.cuts) - SHOWN_CUTS
        return lines + ([f"... and {more} more cuts"] if more > 0 else [])


def diagnose(root: Value) -> Diagnosis:
    """Find where nan and inf come from, in the values and in the gradients.

    Values are searched from the leaves on, gradients from the root down; for a nan it says which zero met which infinity. No
    `.grad` is changed. A constant operand, as the inf of `clip`'s open bound, is not reported itself. For derivatives of higher
    order call it on one that was recorded, as by `gradient(y, x, create_graph=True)`.

    Args:
        root: the Value that `backward()` would be called on.

    Returns:
        A diagnosis with the attributes `ok`, `value_node`, `passed` and more. Its str() names the operations, and the lines
        that made them if that was under `trace_source()`.

    Raises:
        TypeError: if `root` is not a Value.

    Examples:
        >>> from autograd import exp, log
        >>> x = Value(0.0)
        >>> print(diagnose(log(x) * 2))
        first value that is not finite: -inf, node 2 of 3, log(0.0)
        first derivative that is not finite: to operand 1, local derivative inf times gradient 2.0, node 2 of 3, log(0.0)
        >>> print(diagnose(exp(log(x))))
        first value that is not finite: -inf, node 2 of 3, log(0.0)
        first derivative that is not finite: to operand 1, local derivative inf times gradient 0.0, node 2 of 3, log(0.0)
          0 times infinity; the 0.0 was passed on to operand 1, local derivative 0.0 times gradient 1.0, node 3 of 3, exp(-inf)
        >>> print(diagnose(x + 1))
        all finite
    """
    if type(root) is not Value:
        raise TypeError(f"diagnose() takes the Value that backward() is called on, not {type(root).__name__}")
    order = [node for node in topological_order(root) if not node.is_constant]
    first = next((i for i, node in enumerate(order) if not isfinite(node.data)), -1)
    nan = next((i for i, node in enumerate(order) if isnan(node.data)), -1)
    sweep = Sweep(order)
    return Diagnosis(
        len(order),
        order[first] if first >= 0 else None,
        first,
        order[nan] if nan >= 0 else None,
        nan,
        sweep.passed,
        sweep.passed_nan,
        sweep.origin,
        tuple(sweep.cuts),
    )
