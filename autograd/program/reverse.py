"""The reverse sweep as a pass: a program with the derivatives of an output as further outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.program.code import P
from autograd.program.sweeping import Sweeps


def gradient(program: P, output: int, wanted: Sequence[int], with_reached: bool = False) -> P:
    """Add outputs to a program: the derivatives of output number `output` with respect to the inputs `wanted`.

    With `with_reached` then as many more, which are 0 where all ways to that input are cut. ProgramError where the output
    depends on partials already, of which no derivative is known: `expand` makes such a program ready.
    """
    sweeps = Sweeps(program)
    (root,) = sweeps.slots_of([program.outputs[output]])
    ends = sweeps.reverse([(root, sweeps.one)], wanted)
    slots = [q for q, _ in ends] + [r for _, r in ends if with_reached]
    start = len(program)
    program = sweeps.appended()
    outputs = np.concatenate([program.outputs, np.array(slots, dtype=np.int32)])
    return program.replaced(outputs=outputs, reverse_start=start)
