"""Sweeps over one program, reverse and forward, that are written behind its instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic

import numpy as np

from autograd.errors import ProgramError
from autograd.program import _walks
from autograd.program._sweeps import Sweep, pull_back, push_forward
from autograd.program.code import P
from autograd.program.editing import with_code, with_constants
from autograd.program.instructions import CONSTANT, FIXED, OPS, PARTIALS, READS, TAKE, Partial

Pair = tuple[int, int]


def _as_array(partials: Mapping[int, Sequence[Partial]]) -> Any:
    """For each opcode and operand: kind of the partial, opcode (or constant), and its sources."""
    table = np.zeros((len(OPS), 3, 5), dtype=np.int32)
    table[:, :, 2:] = -1
    for op, row in partials.items():
        for k, partial in enumerate(row):
            assert partial.kind != CONSTANT or partial.constant in (-1.0, 0.0, 1.0)
            table[op, k, 0] = partial.kind
            table[op, k, 1] = int(partial.constant) if partial.kind == CONSTANT else partial.op
            table[op, k, 2 : 2 + len(partial.sources)] = partial.sources
    return table


PARTIAL_OF, READS_OF = _as_array(PARTIALS), _as_array(READS)
STEPS = {partial.op for row in READS.values() for partial in row}  # whether an operand is read has no derivative
NO_PARTIALS = np.array([0 < op < FIXED and op not in PARTIALS and op not in STEPS for op in range(len(OPS))])


class Sweeps(Generic[P]):
    """Sweeps over the first `count` instructions of a program, all by default; what they write has slots behind all others."""

    def __init__(self, program: P, count: int | None = None) -> None:
        takes = program.b[program.op == TAKE]
        self._takes = len(takes)
        largest = int(takes.max()) if len(takes) else 0
        more = [1.0, -1.0, 0.0, *map(float, range(largest + 1))]  # as in Sweep
        self._shift = len(more)
        self._first = program.first
        self.program, self.one = with_constants(program, more)
        self.zero = self.one + 2
        self._code = self.program.matrix()
        self._walked = self._code if count is None else np.ascontiguousarray(self._code[:, :count])
        self._top = self.program.first + self._walked.shape[1]
        self._written: list[Any] = []
        self._pools: list[Any] = []
        self.slots, self._pooled = self.program.slots, len(self.program.pool)
        self._active: dict[tuple[int, ...], Any] = {}
        self._room: Any = None
        self._linear: Any = None
        self._reach: Any = None

    def slots_of(self, slots: Sequence[int]) -> list[int]:
        """The slots here of slots of the program that was given."""
        found = np.asarray(slots, dtype=np.int64)
        return (found + self._shift * (found >= self._first)).tolist()  # type: ignore[no-any-return]

    def seeds(self, slots: Sequence[int], seeds: Sequence[int]) -> list[Pair]:
        """Slots and their seeds, likewise; a 1 is known as such."""
        found = np.asarray(seeds, dtype=np.int64)
        constants = np.append(self.program.constants, 1.0)
        k = np.clip(found - self.program.inputs, -1, len(constants) - 1)
        is_one = (k >= 0) & (k < self._first - self.program.inputs) & (constants[k] == 1.0)
        return list(zip(self.slots_of(slots), np.where(is_one, self.one, self.slots_of(seeds)).tolist(), strict=True))

    def reverse(self, seeds: Sequence[Pair], wanted: Sequence[int]) -> list[Pair]:
        """The derivative of the sum of seeded slots times their seeds towards each wanted slot, and whether it is reached."""
        active = self._dependent(wanted)
        self._refuse([slot for slot, _ in seeds], active)
        sweep = self._sweep(forward=False)
        for slot, seed in seeds:
            if active[slot]:
                sweep.send(slot, sweep.one, seed, sweep.one)
        pull_back(self._walked, self.program.pool, self.program.first, active, PARTIAL_OF, READS_OF, sweep)
        places = np.array(wanted, dtype=np.int64)[::-1]
        for slot in places[self._linear[places] < 0].tolist():
            sweep.settle(slot)
        return self._ends(sweep, wanted)

    def forward(self, seeds: Sequence[Pair], outputs: Sequence[int]) -> list[Pair]:
        """The derivative of each output in the direction of the seeds of some slots, and whether it is reached."""
        active = self._dependent([slot for slot, _ in seeds])
        live = self._refuse(outputs, active)
        active = np.ascontiguousarray(active & live)
        sweep = self._sweep(forward=True)
        for slot, seed in seeds:
            self._linear[slot], self._reach[slot] = seed, self.one
        push_forward(self._walked, self.program.pool, self.program.first, active, PARTIAL_OF, READS_OF, sweep)
        return self._ends(sweep, outputs)

    def appended(self) -> P:
        """The program with the sweeps' instructions behind its own."""
        return with_code(
            self.program,
            np.concatenate([self._code, *self._written], axis=1),
            pool=np.concatenate([self.program.pool, *self._pools]),
        )

    def _dependent(self, slots: Sequence[int]) -> Any:
        """What depends on these slots, itself included."""
        key = tuple(slots)
        if key not in self._active:
            active = np.zeros(self._top, dtype=np.int32)
            active[np.asarray(slots, dtype=np.int64)] = 1
            _walks.mark_dependent(self._walked, self.program.pool, self.program.first, active)
            self._active = {key: active}
        return self._active[key]

    def _refuse(self, roots: Sequence[int], active: Any) -> Any:
        """What the roots depend on; ProgramError where among it is a partial, which has no partials itself."""
        live = np.zeros(self._top, dtype=np.int32)
        live[np.asarray(roots, dtype=np.int64)] = 1
        _walks.mark_live(self._walked, self.program.pool, self.program.first, live)
        op = self._walked[0]
        wrong = np.nonzero((live & active)[self.program.first :] & NO_PARTIALS[op])[0]
        if len(wrong):
            raise ProgramError(
                f"the program holds derivatives ({OPS[op[wrong[0]]].name}) and cannot be differentiated once more: "
                "trace autograd's own derivative, as jit(hessian(f)) does"
            )
        return live

    def _sweep(self, forward: bool) -> Sweep:
        """A sweep that has not begun, with room for all that it may write."""
        program = self.program
        if self._room is None:
            count = self._walked.shape[1]
            room = 9 * count + 2 * self._top + 4 * len(program.pool) + 3 * self._takes + 1
            terms = 3 * count + 2 * len(program.pool) + self._top + 2
            if max(room, 4 * terms) >= 1 << 31:
                raise ProgramError(
                    f"a program of {len(program)} instructions is too large for a gradient: its slots have 31 bits"
                )
            self._room = np.zeros((4, room), np.int32), np.zeros(4 * terms, np.int32), np.zeros((4, terms), np.int32)
        if self.slots + self._room[0].shape[1] >= 1 << 31:
            raise ProgramError("too many derivatives for one program: its slots have 31 bits")
        ends = np.full((4, self._top), -1, dtype=np.int32)
        code, pool, lists = self._room
        self._linear, self._reach = ends[2], ends[3]  # what the sweep knows by these names
        return Sweep(code, pool, lists, ends, self.slots, self.one, forward)

    def _ends(self, sweep: Sweep, slots: Sequence[int]) -> list[Pair]:
        """Keep what a sweep wrote; the sums at these slots, 0 where there are none."""
        if sweep.unknown:
            raise ProgramError("the derivative of a Python function that the program calls is not known")
        new = np.asarray(sweep.code)[:, : sweep.count].copy()
        new[1, new[0] >= FIXED] += self._pooled
        self._written.append(new)
        self._pools.append(np.asarray(sweep.pool)[: sweep.used].copy())
        self.slots, self._pooled = self.slots + sweep.count, self._pooled + sweep.used
        places = np.array(slots, dtype=np.int64)
        q, r = self._linear[places], self._reach[places]
        found = np.where(q >= 0, q, self.zero), np.where(q >= 0, r, self.zero)
        return list(zip(found[0].tolist(), found[1].tolist(), strict=True))
