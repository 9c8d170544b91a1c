"""Numbers that Python and the native executor share; codegen_native prints them all as C, each with AG_ before its name.

A segment, the native executor's instruction, is SEGMENT ints: the fields below. It computes LENGTH numbers for neighbouring
slots from RESULT on. Its operands are given by kind and place.
"""

from __future__ import annotations

SEGMENT = 12
OPERATION, LENGTH, RESULT = range(3)  # an opcode, or TILE
KIND, PLACE = range(3, 5)  # of an operand, with up to three in turn
COUNT, INITIAL_KIND, INITIAL_PLACE, POOL = range(3, 7)  # operations that read the pool: operands of each, where they start
TERMS = 3  # of each dot product of a tile, which has INITIAL_KIND and INITIAL_PLACE too
P, P_LANE, P_TERM, Q, Q_LANE, Q_TERM = range(6, 12)  # its first factors: the first slot, its steps by lane and by term

ROW, SAME, LISTED = range(3)  # kinds of operands: neighbouring slots, one slot for all, slots listed from a place on
TILE = 1000  # neighbouring dot products of numbers that lie at regular steps
UNSURE = -3  # in place of a broken guard's number: an output of a plain program is nan
