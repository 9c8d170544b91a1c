"""explain(): a derivative as the chain rule gives it, path by path."""

from __future__ import annotations

from autograd import Value, gradient
from viz.derivation import render
from viz.derivation.chain import Chain
from viz.derivation.names import name_nodes
from viz.model.arguments import check_value
from viz.model.graph import sweep_order
from viz.model.paths import LargestPaths, largest_paths


class Explanation(Chain):
    """A derivative as a sum over paths; made by `explain`.

    `str()`, `markdown()` and `latex()` write it down.

    Attributes:
        root: the Value that is differentiated.
        wrt: what with respect to.
        paths: the largest paths, the largest first; each has `nodes`, `partials` and their `product`.
        count: the number of all paths.
        total: the derivative.
        share: the part of the total that `paths` make; nan if the total is 0.
        reason: where there is no path, why.
        cut: how many more paths there are on which an operand is cut: an operation there does not read it, so no derivative
            passes, not even an infinite one.

    Examples:
        >>> from autograd import Value
        >>> from viz import explain
        >>> x, w = Value(0.5, "x"), Value(-0.6, "w")
        >>> explanation = explain(x * w + w, w)
        >>> explanation
        <viz.Explanation of dv2/dw = 1.5, the sum over 2 paths>
        >>> [path.product for path in explanation.paths], explanation.count, explanation.total
        ([1.0, 0.5], 2, 1.5)
    """

    def __str__(self) -> str:
        return render.plain(self)

    def __repr__(self) -> str:
        return f"<viz.Explanation of {str(self).splitlines()[0]}>"

    def markdown(self) -> str:
        """Write the explanation in Markdown.

        Returns:
            Markdown with a table for each path, in which labels are escaped.
        """
        return render.markdown(self)

    def latex(self) -> str:
        """Write the explanation in LaTeX.

        Returns:
            An `aligned` environment for LaTeX's mathematics.
        """
        return render.latex(self)

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"


def explain(root: Value, wrt: Value, max_paths: int = 10) -> Explanation:
    """Write a derivative as a sum over paths of products of local derivatives.

    Each local derivative comes with its formula and its number.

    No `.grad` is read or changed: the total is what one `root.backward()` adds to `wrt.grad`.

    Args:
        root: the result.
        wrt: a leaf or a node between: the derivative is taken with respect to it.
        max_paths: how many paths to show. Where there are more, those of the largest products, which are found without
            going along all (there may be 2^60).

    Returns:
        The explanation, which `str()`, `.markdown()` and `.latex()` write down, and its numbers.

    Raises:
        TypeError: what is no Value, a `max_paths` that is no whole number.
        ValueError: a `max_paths` below 1.

    Examples:
        >>> from autograd import Value
        >>> x, w = Value(0.5, "x"), Value(-0.6, "w")
        >>> y = x * w + w
        >>> y.label = "y"
        >>> print(explain(y, w))
        dy/dw = 1.5, the sum over 2 paths
        <BLANKLINE>
        x = 0.5
        w = -0.6
        v1 = x * w = -0.3
        y = v1 + w = -0.9
        <BLANKLINE>
        path 1: y → w
          ∂(v1 + w)/∂w = 1
          product = 1
        path 2: y → v1 → w
          ∂(v1 + w)/∂v1 = 1
          ∂(x * w)/∂w = x = 0.5
          product = 1 * 0.5 = 0.5
        <BLANKLINE>
        sum = 1 + 0.5 = 1.5
    """
    check_value("explain", "root", root)
    check_value("explain", "wrt", wrt)
    if isinstance(max_paths, bool) or not isinstance(max_paths, int):
        raise TypeError(f"max_paths must be a whole number, not {type(max_paths).__name__}")
    if max_paths < 1:
        raise ValueError(f"max_paths must be at least 1, not {max_paths}")
    largest = largest_paths(sweep_order(root), wrt, max_paths)
    total = float(gradient(root, wrt)) if largest.count else 0.0
    reason = "" if largest.count else _cut(largest.cut) if largest.cut else _reason(root, wrt)
    return Explanation(root, wrt, largest.paths, largest.count, total, _share(largest, total), reason, largest.cut)


def _share(largest: LargestPaths, total: float) -> float:
    if len(largest.paths) == largest.count:
        return 1.0
    return sum(path.product for path in largest.paths) / total if total else float("nan")


def _cut(paths: int) -> str:
    """Why nothing passes, though paths lead from root to wrt."""
    each = "the only path is" if paths == 1 else f"all {paths:,} paths are"
    return f"{each} cut, by an operation that does not read its operand here"


def _reason(root: Value, wrt: Value) -> str:
    """Why no path leads from root to wrt."""
    names = name_nodes([wrt, root])
    y, x = names[id(root)], names[id(wrt)]
    if largest_paths(sweep_order(wrt), root, 1).count:
        return f"{x} is made from {y}, not {y} from {x}: the arguments are the other way round"
    if not root.op:
        return f"{y} is a leaf: it was not made by an operation, so it depends on nothing but itself"
    return f"no path leads from {y} to {x}: {x} is not among the values that {y} was made from"
