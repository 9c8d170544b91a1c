"""Programs as bytes: a documented format (docs/program-format.md) that holds numbers and names; reading runs no code."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program.instructions import CALL, OPCODES, OPS, ZDOT, ZMUL
from autograd.program.verify import LIMIT

MAGIC = b"\x89AGP\r\n\x1a\n"  # a file that was transferred as text no longer begins so
VERSION = 2
PREFIX = struct.Struct("<8sII")  # magic, version, length of the header
DIGEST = hashlib.sha256().digest_size
ARRAYS = {
    "constants": ("<f8", "constants"),
    "op": ("<i4", "instructions"),
    "a": ("<i4", "instructions"),
    "b": ("<i4", "instructions"),
    "c": ("<i4", "instructions"),
    "pool": ("<i4", "pool"),
    "outputs": ("<i4", "outputs"),
    "guards": ("<i4", "guards"),
    "truths": ("u1", "guards"),
}  # in the order of the file: type, and which number of the header is the length
ATTRIBUTES = {"truths": "outcomes", "turn": "reverse_start"}  # names of the format that differ from the program's
COUNTS = ("inputs", "turn", "constants", "instructions", "pool", "outputs", "guards")


def packed(program: Any) -> bytes:
    """The bytes of the file. ProgramError for a program that calls Python functions, which a file cannot hold."""
    if (program.op == CALL).any():
        names = sorted({getattr(f, "__name__", repr(f)) for f in program.functions})
        raise ProgramError(
            f"a program that calls Python functions ({', '.join(names)}) cannot be saved; "
            "write them with this package's functions, or save the source and trace it again"
        )
    used, numbers = np.unique(program.op, return_inverse=True)
    arrays = {name: np.asarray(getattr(program, ATTRIBUTES.get(name, name))) for name in ARRAYS}
    header = {
        "inputs": program.inputs,
        "turn": program.reverse_start,
        **{count: len(arrays[name]) for name, (_, count) in ARRAYS.items()},
        "operations": [[OPS[op].name, "".join(OPS[op].letters)] for op in used],
        "input_names": list(program.input_names),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(PREFIX.size + len(text)) % 8)
    arrays["op"] = numbers.reshape(-1)
    content = [array.astype(ARRAYS[name][0]).tobytes() for name, array in arrays.items()]
    body = b"".join([PREFIX.pack(MAGIC, VERSION, len(text)), text, *content])
    return body + hashlib.sha256(body).digest()


def unpacked(data: bytes) -> dict[str, Any]:
    """The parts of a program by its attributes, from the bytes of `packed`; takes memory in proportion to them.

    ProgramError for anything else.
    """
    if len(data) < PREFIX.size + DIGEST or data[: len(MAGIC)] != MAGIC:
        raise ProgramError("this is no saved program, or only the beginning of one")
    _, version, length = PREFIX.unpack_from(data)
    if version not in (1, VERSION):
        raise ProgramError(f"the program is saved in version {version} of the format; this package reads 1 and {VERSION}")
    end = len(data) - DIGEST
    if hashlib.sha256(memoryview(data)[:end]).digest() != data[end:]:
        raise ProgramError("the saved program is damaged: its check sum is another one")
    header, place = _header(data[PREFIX.size : min(end, PREFIX.size + length)], version), PREFIX.size + length
    sizes = {name: header[count] * np.dtype(kind).itemsize for name, (kind, count) in ARRAYS.items()}
    if place + sum(sizes.values()) != end:
        raise ProgramError("the saved program is damaged: its length is not what it says")
    parts: dict[str, Any] = {}
    for name, (kind, count) in ARRAYS.items():
        parts[name] = np.frombuffer(data, kind, header[count], place).copy()
        place += sizes[name]
    opcodes = np.array(header["operations"], dtype=np.int32)
    if len(parts["op"]) and not 0 <= parts["op"].min() <= parts["op"].max() < len(opcodes):
        raise ProgramError("the saved program is damaged: it uses an operation that it does not name")
    if len(parts["truths"]) and parts["truths"].max() > 1:
        raise ProgramError("the saved program is damaged: a truth is neither 0 nor 1")
    parts["op"] = opcodes[parts["op"]] if len(parts["op"]) else parts["op"]
    parts |= {name: header[name] for name in ("inputs", "turn", "input_names")}
    if version == 1:
        _read_version_1(parts)
    return {ATTRIBUTES.get(name, name): part for name, part in parts.items()}


def _read_version_1(parts: dict[str, Any]) -> None:
    """Where an adjoint was 0 its products were: now it stands before its factors too, as what says whether they count."""
    op, a, b, c, pool = (parts[name] for name in ("op", "a", "b", "c", "pool"))
    products = op == ZMUL
    a[products], b[products], c[products] = b[products], a[products], b[products]
    sums = np.nonzero(op == ZDOT)[0]
    starts, counts = a[sums].astype(np.int64), b[sums].astype(np.int64)
    if (starts < 0).any() or (counts < 0).any() or (starts + counts > len(pool)).any() or counts.sum() > len(pool):
        raise ProgramError("the saved program is damaged: operands outside of the pool")
    if (counts % 2).any():
        raise ProgramError("the saved program is damaged: a wrong number of operands")
    lists = [pool[start : start + count] for start, count in zip(starts, counts, strict=True)]
    parts["pool"] = np.concatenate([pool, *[np.concatenate([x[len(x) // 2 :], x]) for x in lists]])
    a[sums], b[sums] = len(pool) + (np.cumsum(counts // 2 * 3) - counts // 2 * 3), counts // 2 * 3


def _header(text: bytes, version: int) -> dict[str, Any]:
    """The header, with this package's opcodes in place of the names of operations."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise ProgramError("the saved program is damaged: its header cannot be read") from None
    if type(header) is not dict or set(header) != {*COUNTS, "operations", "input_names"}:
        raise ProgramError("the saved program is damaged: its header has other entries")
    if not all(type(header[name]) is int and 0 <= header[name] <= LIMIT for name in COUNTS):
        raise ProgramError("the saved program is damaged: its header has impossible numbers")
    lists = header["operations"], header["input_names"]
    if not all(type(x) is list for x in lists) or not all(type(name) is str for name in header["input_names"]):
        raise ProgramError("the saved program is damaged: its header has impossible names")
    header["operations"] = [_opcode(operation, version) for operation in header["operations"]]
    return header


def _opcode(operation: Any, version: int) -> int:
    """The opcode of an operation [name, operands]."""
    if type(operation) is not list or len(operation) != 2 or not all(type(x) is str for x in operation):
        raise ProgramError("the saved program is damaged: its header has impossible names")
    name, letters = operation
    if version == 1 and operation == ["zmul", "xy"]:
        return ZMUL
    opcode = OPCODES.get(name)
    if opcode is None or opcode == CALL or "".join(OPS[opcode].letters) != letters:
        raise ProgramError(
            f"the program uses the operation {name!r} of ({', '.join(letters)}), which this package does not have"
        )
    return opcode
