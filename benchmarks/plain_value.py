"""The yardstick: a plain Python scalar engine, as small teaching scripts carry one.

Slots, operator methods that record the local derivatives, and a sweep over a recursively built topological order.
Nothing in it is slow on purpose and nothing is tuned beyond what such classes usually do. Its sweep recurses once
for each level of the graph, so Python's recursion limit (1,000) bounds the depth of what it can differentiate.
"""

# ruff: noqa: B905 - a plain zip, as such scripts write it: `strict=` would cost a fifth of a dot product
from __future__ import annotations

import math


class Value:
    """One number, the nodes it was made from and the derivative towards each of them."""

    __slots__ = ("children", "data", "grad", "local_derivatives")

    def __init__(self, data, children=(), local_derivatives=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_derivatives = local_derivatives

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self):
        return self * -1.0

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        """Add the derivative of this value to `grad` of every node that it depends on."""
        order = []
        seen = set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for child, derivative in zip(node.children, node.local_derivatives):
                child.grad += derivative * node.grad
