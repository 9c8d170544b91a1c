"""Make segments for the native executor from runs of instructions; compiled with the types of _segments.pxd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _segments.pxd
    from autograd.program.instructions import ARITY, DOT, FIXED
    from autograd.program.native_layout import (
        COUNT,
        INITIAL_KIND,
        INITIAL_PLACE,
        KIND,
        LENGTH,
        LISTED,
        OPERATION,
        P_LANE,
        P_TERM,
        PLACE,
        POOL,
        RESULT,
        ROW,
        SAME,
        TERMS,
        TILE,
        P,
        Q,
    )

SHORT_ROW, LONG_ROW = 8, 16  # rows below the first length join a listed segment, until a row of the second begins
WORTH = 12  # multiplications in each piece that pay for a tile


def find_segments(code: Any, pool: Any, first: int, runs: Any, cuts: Any, segments: Any) -> int:
    """Write the segments of the runs (start, end), with the fields of native_layout; how many they are.

    Listed operands lie in the rows a, b, c of the code, one after the other. `cuts` is scratch, as long as the longest list of
    operands.
    """
    op = code[0]
    used = 0
    for r in range(len(runs)):
        start, end = runs[r, 0], runs[r, 1]
        o = op[start]
        while start < end:
            stop = start + 1
            if o < FIXED:
                stop = row_end(code, ARITY[o], start, end)
                if stop < end and stop - start < SHORT_ROW:
                    stop = mixed_end(code, ARITY[o], start, end)
                fixed_segment(code, ARITY[o], first, start, stop, segments, used)
                used += 1
            elif o == DOT:
                pieces = cut(code, pool, start, cuts)
                stop = lanes_end(code, pool, start, end, cuts, pieces)
                if (stop - start) * (code[2, start] // 2) >= WORTH * pieces:
                    tile_segments(code, pool, first, start, stop, cuts, pieces, segments, used)
                    used += pieces
                else:
                    stop = untiled_end(code, pool, start, stop, end, cuts)
                    pooled_segment(code, first, start, stop, segments, used)
                    used += 1
            else:
                stop = end
                pooled_segment(code, first, start, stop, segments, used)
                used += 1
            start = stop
    return used


def row_end(code: Any, arity: int, start: int, end: int) -> int:
    """Where the operands stop being rows of slots or one slot each."""
    i = start + 1
    while i < end:
        for k in range(1, arity + 1):
            step = code[k, i] - code[k, i - 1]
            if (step != 0 and step != 1) or (i > start + 1 and step != code[k, start + 1] - code[k, start]):
                return i
        i += 1
    return i


def mixed_end(code: Any, arity: int, start: int, end: int) -> int:
    """Where the next long row begins."""
    i = start + 1
    while i < end:
        stop = row_end(code, arity, i, end)
        if stop - i >= LONG_ROW:
            return i
        i = stop
    return end


def start_segment(code: Any, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """Write the fields that every segment has."""
    segments[s, OPERATION], segments[s, LENGTH], segments[s, RESULT] = code[0, start], stop - start, first + start


def fixed_segment(code: Any, arity: int, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """Write the segment of an operation with up to three operands."""
    start_segment(code, first, start, stop, segments, s)
    for k in range(3):
        place_operand(code, k + 1, start, stop, segments, s, KIND + 2 * k)
        if k >= arity:
            segments[s, KIND + 2 * k], segments[s, PLACE + 2 * k] = SAME, 0


def place_operand(code: Any, k: int, start: int, stop: int, segments: Any, s: int, field: int) -> None:
    """Write the kind and the place of the operands in row k of the code."""
    rows = same = True
    for i in range(start + 1, stop):
        step = code[k, i] - code[k, i - 1]
        rows = rows and step == 1
        same = same and step == 0
    kind = ROW if rows else SAME if same else LISTED
    segments[s, field] = kind
    segments[s, field + 1] = (k - 1) * len(code[0]) + start if kind == LISTED else code[k, start]


def cut(code: Any, pool: Any, i: int, cuts: Any) -> int:
    """Cut the terms of dot product i where the steps of its operands change: piece number k starts at cuts[k]; how many."""
    half = code[2, i] // 2
    p = code[1, i]
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


def lanes_end(code: Any, pool: Any, start: int, end: int, cuts: Any, pieces: int) -> int:
    """How far dot products go on whose operands are those of the one before, each moved by the same step."""
    half = code[2, start] // 2
    i = start + 1
    while i < end:
        p, p1, p0 = code[1, i], code[1, i - 1], code[1, start]
        for j in range(2):
            for k in range(pieces):
                step = pool[p + cuts[k]] - pool[p1 + cuts[k]]
                if i > start + 1 and step != pool[code[1, start + 1] + j * half + cuts[k]] - pool[p0 + cuts[k]]:
                    return i
                for t in range(cuts[k] + 1, cuts[k + 1]):
                    if pool[p + t] - pool[p1 + t] != step:
                        return i
            p, p1, p0 = p + half, p1 + half, p0 + half
        i += 1
    return i


def tile_segments(
    code: Any, pool: Any, first: int, start: int, stop: int, cuts: Any, pieces: int, segments: Any, s: int
) -> None:
    """Write a tile for each piece; all but the first add to what is there."""
    half = code[2, start] // 2
    for k in range(pieces):
        start_segment(code, first, start, stop, segments, s)
        segments[s, OPERATION] = TILE
        segments[s, TERMS] = cuts[k + 1] - cuts[k]
        if k == 0:
            place_operand(code, 3, start, stop, segments, s, INITIAL_KIND)
        else:
            segments[s, INITIAL_KIND], segments[s, INITIAL_PLACE] = ROW, first + start
        for j in range(2):  # the first factors, then the second
            shift = (Q - P) * j
            place = code[1, start] + j * half + cuts[k]
            segments[s, P + shift] = pool[place]
            segments[s, P_LANE + shift] = segments[s, P_TERM + shift] = 0
            if stop > start + 1:
                segments[s, P_LANE + shift] = pool[code[1, start + 1] + j * half + cuts[k]] - pool[place]
            if segments[s, TERMS] > 1:
                segments[s, P_TERM + shift] = pool[place + 1] - pool[place]
        s += 1


def untiled_end(code: Any, pool: Any, start: int, stop: int, end: int, cuts: Any) -> int:
    """Where the next tile begins that is worth it."""
    while stop < end:
        pieces = cut(code, pool, stop, cuts)
        after = lanes_end(code, pool, stop, end, cuts, pieces)
        if (after - stop) * (code[2, stop] // 2) >= WORTH * pieces:
            return stop
        stop = after
    return stop


def pooled_segment(code: Any, first: int, start: int, stop: int, segments: Any, s: int) -> None:
    """Write the segment of an operation that reads the pool."""
    start_segment(code, first, start, stop, segments, s)
    segments[s, COUNT] = code[2, start]
    place_operand(code, 3, start, stop, segments, s, INITIAL_KIND)
    segments[s, POOL] = code[1, start]
