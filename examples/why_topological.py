"""Show on the smallest graph why the reverse sweep needs a topological order.

    x ---> a ---> c ---> y        a = x * x,  c = a * a,  y = a + c
           |_____________^

y reaches a twice: directly, and through c. A sweep that passes on a's gradient as soon as it gets to a does so before
c has added its share, so the path through c never reaches x. No smaller graph has the fault: it takes a root, a node
below it (c), a node that both use (a), and one below that node, which gets its gradient too early (x).
"""

from __future__ import annotations

import argparse
from collections import deque
from pathlib import Path

from autograd import Value, topological_order
from viz import draw

X = 2.0


def graph(at: float) -> tuple[Value, Value]:
    x = Value(at, "x")
    a = x * x
    c = a * a
    y = a + c
    a.label, c.label, y.label = "a", "c", "y"
    return x, y


def pass_on(order: list[Value]) -> dict[Value, float]:
    """Gradients when each node, in this order, passes its own to its parents once."""
    gradient = dict.fromkeys(order, 0.0)
    gradient[order[0]] = 1.0
    for node in order:
        for parent, partial in zip(node.parents, node.partials, strict=True):
            gradient[parent] += partial * gradient[node]
    return gradient


def depth_first(root: Value) -> list[Value]:
    """Pre-order: a node before its parents, the first operand first."""
    order, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if node not in order:
            order[node] = True
            waiting.extend(reversed(node.parents))
    return list(order)


def breadth_first(root: Value) -> list[Value]:
    """Level by level, by the fewest edges from the root."""
    order, waiting = {root: True}, deque([root])
    while waiting:
        for parent in waiting.popleft().parents:
            if parent not in order:
                order[parent] = True
                waiting.append(parent)
    return list(order)


def reverse_topological(root: Value) -> list[Value]:
    """Every node after all nodes that use it, when its gradient is complete."""
    return topological_order(root)[::-1]


def numeric(step: float = 1e-5) -> float:
    """The central difference quotient, which knows nothing of graphs."""
    return (graph(X + step)[1].data - graph(X - step)[1].data) / (2 * step)


def compare() -> Value:
    """Print dy/dx by each order, and return y after the package's own sweep."""
    x, y = graph(X)
    referee = numeric()
    print(f"a = x * x,  c = a * a,  y = a + c  at x = {X:g}")
    print(f"{'order of the sweep':<24}{'nodes':<12}{'dy/dx':>10}")
    for order in (depth_first, breadth_first, reverse_topological):
        nodes = order(y)
        result = pass_on(nodes)[x]
        verdict = "right" if abs(result - referee) < 1e-4 else "wrong"
        name = order.__name__.replace("_", " ")
        print(f"{name:<24}{' '.join(node.label for node in nodes):<12}{result:>10.4f}  {verdict}")
    y.backward()
    print(f"{'y.backward()':<36}{x.grad:>10.4f}")
    print(f"{'numeric derivative':<36}{referee:>10.4f}")
    return y


def main() -> None:
    parser = argparse.ArgumentParser(description="A careless order of the reverse sweep gives a wrong gradient.")
    parser.add_argument("--out", type=Path, default=Path("."), help="where to write why_topological.svg and .png")
    options = parser.parse_args()
    drawing = draw(compare())
    options.out.mkdir(parents=True, exist_ok=True)
    for name in ("why_topological.svg", "why_topological.png"):
        drawing.save(options.out / name)
        print(f"wrote {(options.out / name).resolve()}")


if __name__ == "__main__":
    main()
