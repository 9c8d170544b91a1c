"""Runs of instructions become segments for the native executor (native.h); compiled with the types of _segments.pxd."""

from __future__ import annotations

from typing import Any


def find_segments(program: Any, pool: Any, first: int, kinds: Any, arity: Any, runs: Any, cuts: Any, segments: Any) -> int:
    """Write the native executor's segments (12 ints each, see native.h) of the runs (start, end); how many they are.

    `program` is the code; operands that are no row of slots are read through the places 0, n, 2 n ... of a, b, c in one array.
    `cuts` is scratch, as long as the longest list of operands.
    """
    op = program[0]
    fixed, sums, dots = kinds[0], kinds[1], kinds[2]
    used = 0
    for r in range(len(runs)):
        start, end = runs[r, 0], runs[r, 1]
        o = op[start]
        while start < end:
            stop = start + 1
            if o < fixed:
                stop = row_end(program, arity[o], start, end)
                if stop < end and stop - start < 8:
                    stop = mixed_end(program, arity[o], start, end)
                fixed_segment(program, arity[o], first, start, stop, segments, used)
                used += 1
            elif sums < o <= dots:
                pieces = cut(program, pool, start, cuts)
                stop = lanes_end(program, pool, start, end, cuts, pieces)
                if (stop - start) * (program[2, start] // 2) >= 12 * pieces:
                    tile_segments(program, pool, first, start, stop, cuts, pieces, segments, used)
                    used += pieces
                else:
                    stop = untiled_end(program, pool, start, stop, end, cuts)
                    pooled_segment(program, first, start, stop, segments, used)
                    used += 1
                if stop == end and o == dots:  # then see that an adjoint of 0 has cut what is infinite
                    pooled_segment(program, first, runs[r, 0], end, segments, used)
                    segments[used, 0] = 2000
                    used += 1
            else:
                stop = end
                pooled_segment(program, first, start, stop, segments, used)
                used += 1
            start = stop
    return used


def row_end(program: Any, arity: int, start: int, end: int) -> int:
    """Where the operands stop being rows of slots or one slot each."""
    i = start + 1
    while i < end:
        for k in range(1, arity + 1):
            step = program[k, i] - program[k, i - 1]
            if (step != 0 and step != 1) or (i > start + 1 and step != program[k, start + 1] - program[k, start]):
                return i
        i += 1
    return i


def mixed_end(program: Any, arity: int, start: int, end: int) -> int:
    """Where the next long row begins."""
    i = start + 1
    while i < end:
        stop = row_end(program, arity, i, end)
        if stop - i >= 16:
            return i
        i = stop
    return end


def fixed_segment(program: Any, arity: int, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """The segment of an operation with up to three operands."""
    n = len(program[0])
    segments[s, 0], segments[s, 1], segments[s, 2] = program[0, start], stop - start, first + start
    for k in range(3):
        place_operand(program, k + 1, n, start, stop, segments, s, 3 + 2 * k)
        if k >= arity:
            segments[s, 3 + 2 * k], segments[s, 4 + 2 * k] = 1, 0


def place_operand(program: Any, k: int, n: int, start: int, stop: int, segments: Any, s: int, at: int) -> None:
    """Say whether row k of the code is a row of slots (0), one slot (1), or has to be read (2)."""
    rows = same = True
    for i in range(start + 1, stop):
        step = program[k, i] - program[k, i - 1]
        rows = rows and step == 1
        same = same and step == 0
    kind = 0 if rows else 1 if same else 2
    segments[s, at] = kind
    segments[s, at + 1] = (k - 1) * n + start if kind == 2 else program[k, start]


def cut(program: Any, pool: Any, i: int, cuts: Any) -> int:
    """Cut the terms of dot product i where the steps of its operands change: piece number k starts at cuts[k]; how many."""
    half = program[2, i] // 2
    p = program[1, i]
    q = p + half
    cuts[0] = 0
    pieces = 1
    for k in range(2, half):
        if k >= cuts[pieces - 1] + 2 and (
            pool[p + k] - pool[p + k - 1] != pool[p + k - 1] - pool[p + k - 2]
            or pool[q + k] - pool[q + k - 1] != pool[q + k - 1] - pool[q + k - 2]
        ):
            cuts[pieces] = k
            pieces += 1
    cuts[pieces] = half
    return pieces


def lanes_end(program: Any, pool: Any, start: int, end: int, cuts: Any, pieces: int) -> int:
    """How far dot products go on whose operands are those of the one before, each moved by the same step."""
    half = program[2, start] // 2
    i = start + 1
    while i < end:
        p, p1, p0 = program[1, i], program[1, i - 1], program[1, start]
        for j in range(2):
            for k in range(pieces):
                step = pool[p + cuts[k]] - pool[p1 + cuts[k]]
                if i > start + 1 and step != pool[program[1, start + 1] + j * half + cuts[k]] - pool[p0 + cuts[k]]:
                    return i
                for t in range(cuts[k] + 1, cuts[k + 1]):
                    if pool[p + t] - pool[p1 + t] != step:
                        return i
            p, p1, p0 = p + half, p1 + half, p0 + half
        i += 1
    return i


def tile_segments(
    program: Any, pool: Any, first: int, start: int, stop: int, cuts: Any, pieces: int, segments: Any, s: int
) -> None:
    """A tile for each piece; all but the first add to what is there."""
    half = program[2, start] // 2
    for k in range(pieces):
        segments[s, 0], segments[s, 1], segments[s, 2] = 1000, stop - start, first + start
        segments[s, 3] = cuts[k + 1] - cuts[k]
        if k == 0:
            place_operand(program, 3, len(program[0]), start, stop, segments, s, 4)
        else:
            segments[s, 4], segments[s, 5] = 0, first + start
        for j in range(2):
            p = program[1, start] + j * half + cuts[k]
            segments[s, 6 + 3 * j] = pool[p]
            segments[s, 7 + 3 * j] = pool[program[1, start + 1] + j * half + cuts[k]] - pool[p] if stop > start + 1 else 0
            segments[s, 8 + 3 * j] = pool[p + 1] - pool[p] if segments[s, 3] > 1 else 0
        s += 1


def untiled_end(program: Any, pool: Any, start: int, stop: int, end: int, cuts: Any) -> int:
    """Where the next tile begins that is worth it."""
    while stop < end:
        pieces = cut(program, pool, stop, cuts)
        after = lanes_end(program, pool, stop, end, cuts, pieces)
        if (after - stop) * (program[2, stop] // 2) >= 12 * pieces:
            return stop
        stop = after
    return stop


def pooled_segment(program: Any, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """The segment of an operation that reads the pool."""
    segments[s, 0], segments[s, 1], segments[s, 2] = program[0, start], stop - start, first + start
    segments[s, 3] = program[2, start]
    place_operand(program, 3, len(program[0]), start, stop, segments, s, 4)
    segments[s, 6] = program[1, start]
