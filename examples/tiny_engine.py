"""The engine on one page: a table of operations, a Value, and the chain rule."""

import math

TABLE = {  # operation: its value z, and its local derivative with respect to each operand
    "+": (lambda x, y: x + y, lambda x, y, z: 1.0, lambda x, y, z: 1.0),
    "-": (lambda x, y: x - y, lambda x, y, z: 1.0, lambda x, y, z: -1.0),
    "*": (lambda x, y: x * y, lambda x, y, z: y, lambda x, y, z: x),
    "/": (lambda x, y: x / y, lambda x, y, z: 1.0 / y, lambda x, y, z: -z / y),
    "**": (lambda x, y: x**y, lambda x, y, z: y * x ** (y - 1.0), lambda x, y, z: z * math.log(x) if x > 0.0 else 0.0),
    "exp": (math.exp, lambda x, z: z),
    "log": (math.log, lambda x, z: 1.0 / x),
    "tanh": (math.tanh, lambda x, z: 1.0 - z * z),
    "sigmoid": (lambda x: 1.0 / (1.0 + math.exp(-x)), lambda x, z: z * (1.0 - z)),
    "relu": (lambda x: max(x, 0.0), lambda x, z: 1.0 if x > 0.0 else 0.0),
}


class Value:
    """A number, the Values it was made from, and the local derivatives towards them."""

    def __init__(self, data, parents=(), partials=()):
        self.data, self.grad, self.parents, self.partials = data, 0.0, parents, partials

    def backward(self):
        """Compute the gradient of every node that this one depends on; leaves add up."""
        order = topological_order(self)
        for node in order:
            node.grad = 0.0 if node.parents else node.grad
        self.grad += 1.0
        for node in reversed(order):  # whatever uses the node came before it, so its gradient is complete
            for parent, partial in zip(node.parents, node.partials, strict=True):
                parent.grad += partial * node.grad

    # fmt: off
    def __add__(self, other): return record("+", self, other)
    def __sub__(self, other): return record("-", self, other)
    def __mul__(self, other): return record("*", self, other)
    def __truediv__(self, other): return record("/", self, other)
    def __pow__(self, other): return record("**", self, other)
    def __radd__(self, other): return record("+", other, self)
    def __rsub__(self, other): return record("-", other, self)
    def __rmul__(self, other): return record("*", other, self)
    def __rtruediv__(self, other): return record("/", other, self)
    def __neg__(self): return record("*", -1.0, self)
    def exp(self): return record("exp", self)
    def log(self): return record("log", self)
    def tanh(self): return record("tanh", self)
    def sigmoid(self): return record("sigmoid", self)
    def relu(self): return record("relu", self)


def record(operation, *operands):
    """Apply an operation, and record its operands and local derivatives."""
    parents = [x if isinstance(x, Value) else Value(float(x)) for x in operands]
    numbers = [parent.data for parent in parents]
    value, *partials = TABLE[operation]
    z = value(*numbers)
    return Value(z, parents, [partial(*numbers, z) for partial in partials])


def topological_order(root):
    """List all nodes that the root depends on, parents first, without recursion."""
    order, stack, visited = [], [(root, False)], set()
    while stack:
        node, parents_are_listed = stack.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in visited:
            visited.add(node)
            stack += [(node, True), *((parent, False) for parent in node.parents)]
    return order


if __name__ == "__main__":  # the lesson: two inputs, one hidden unit, one output unit
    w1, w2, W = Value(0.4), Value(-0.2), Value(0.1)
    h = 0.1 * w1 + 0.3 * w2
    h_out = W * h.sigmoid()
    (0.5 * (1.0 - h_out.sigmoid()) ** 2).backward()
    print(f"error terms: output {-h_out.grad:.8f}, hidden {-h.grad:.8f}; step of W: {-0.5 * W.grad:.8f}")
