"""Saved programs: what comes back, what is refused, and that every damage is found."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import OPCODES, bits, programs, traced

import autograd as ag
from autograd import Program, jit
from autograd.errors import ProgramError
from autograd.program.instructions import CALL, OPS
from autograd.program.serialize import ARRAYS, ATTRIBUTES, DIGEST, PREFIX, VERSION, packed, unpacked

examples = settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))


def some() -> Program:
    program = traced(lambda v: [ag.tanh(v[0]) * v[1], v[1]][:: 1 if v[0] > 0.25 else -1], [0.5, 2.0])
    return program.replaced(input_names=("x", 'a "β"\n\ud800')).check()


def assert_same(found: Program, expected: Program) -> None:
    for name in ARRAYS:
        a, b = (getattr(x, ATTRIBUTES.get(name, name)) for x in (found, expected))
        assert a.dtype == b.dtype and a.flags.writeable
        assert a.tobytes() == b.tobytes(), name
    for name in ("inputs", "reverse_start", "input_names"):
        assert getattr(found, name) == getattr(expected, name)


@examples
@given(programs(), st.data())
def test_bit_by_bit(program: Program, data: st.DataObject) -> None:
    names = data.draw(st.one_of(st.just([]), st.lists(st.text(), min_size=program.inputs, max_size=program.inputs)))
    start = data.draw(st.integers(0, len(program)))
    program = program.replaced(input_names=tuple(names), reverse_start=start).check()
    parts = unpacked(packed(program))
    code = tuple(parts.pop(name) for name in ("op", "a", "b", "c"))
    start = parts.pop("reverse_start")
    assert_same(Program(code=code, **parts).replaced(reverse_start=start).check(), program)


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "f.program"
    path.write_text("something else")
    some().save(str(path))
    assert_same(Program.load(path), some())
    some().save(path)
    assert [x.name for x in tmp_path.iterdir()] == ["f.program"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(_touched(tmp_path / "other").stat().st_mode)


def _touched(path: Path) -> Path:
    path.touch()
    return path


def test_a_loaded_program_runs(tmp_path: Path) -> None:
    program = jit(ag.value_and_grad(lambda x: x * ag.sin(x))).program(2.0)
    program.save(tmp_path / "f")
    assert str(Program.load(tmp_path / "f")) == str(program)


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_found(bit: int, tmp_path: Path) -> None:
    data = packed(some())
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        with pytest.raises(ProgramError):
            unpacked(bytes(changed))


def test_truncated_or_extended(tmp_path: Path) -> None:
    data = packed(some())
    for length in range(len(data)):
        with pytest.raises(ProgramError):
            unpacked(data[:length])
        with pytest.raises(ProgramError):
            unpacked(data + data[: 1 + length])
    path = tmp_path / "f"
    path.write_bytes(data[:-1])
    with pytest.raises(ProgramError, match="damaged"):
        Program.load(path)


# ---- files made to harm, with a right check sum


def sealed(header: bytes, content: bytes, length: int | None = None, version: int = VERSION) -> bytes:
    body = PREFIX.pack(b"\x89AGP\r\n\x1a\n", version, len(header) if length is None else length) + header + content
    return body + hashlib.sha256(body).digest()


def parts_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    length = PREFIX.unpack_from(data)[2]
    return json.loads(data[PREFIX.size : PREFIX.size + length]), data[PREFIX.size + length : -DIGEST]


def with_header(**entries: Any) -> bytes:
    header, content = parts_of(packed(some()))
    return sealed(json.dumps({**header, **entries}).encode(), content)


HEADER, CONTENT = parts_of(packed(some()))
HOSTILE: dict[str, bytes] = {
    "version 3": sealed(json.dumps(HEADER).encode(), CONTENT, version=3),
    "a product of two operands": with_header(operations=[["zmul", "xy"]] * 9),
    "a header longer than the file": sealed(json.dumps(HEADER).encode(), CONTENT, length=2**32 - 1),
    "an empty header": sealed(b"", CONTENT),
    "no JSON": sealed(b"\xff\xfe{}", CONTENT),
    "deep JSON": sealed(b"[" * 200_000, b""),
    "a list as header": sealed(b"[]", CONTENT),
    "a huge integer": sealed(b'{"inputs": ' + b"9" * 100_000 + b"}", CONTENT),
    "a missing entry": sealed(json.dumps({k: v for k, v in HEADER.items() if k != "turn"}).encode(), CONTENT),
    "another entry": with_header(code="import os"),
    "a negative count": with_header(pool=-1),
    "a count of 2**62": with_header(constants=2**62),
    "a count that would fill the memory": with_header(constants=2**29),
    "a float as count": with_header(outputs=2.0),
    "a bool as count": with_header(inputs=True),
    "infinity as count": with_header(inputs=float("inf")),
    "the turn behind the end": with_header(turn=2**29),
    "an unknown operation": with_header(operations=[["system", "x"]] * 9),
    "a call": with_header(operations=[["call", ""]] * 9),
    "none": with_header(operations=[["none", ""]] * 9),
    "other operands": with_header(operations=[["tanh", "xy"]] * 9),
    "operations as text": with_header(operations="tanh"),
    "an operation as number": with_header(operations=[7] * 9),
    "too few operations": with_header(operations=[["tanh", "x"]]),
    "no operations": with_header(operations=[]),
    "names as numbers": with_header(input_names=[1, 2]),
    "too many names": with_header(input_names=["x"] * 3),
    "a truth of 2": sealed(json.dumps(HEADER).encode(), CONTENT[:-1] + b"\x02"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_wrong_headers(name: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(ProgramError):
        Program.load(path)


@examples
@given(st.binary(max_size=200), st.data())
def test_random_content(content: bytes, data: st.DataObject) -> None:
    """With a right checksum, it is refused or well formed."""
    start = data.draw(st.integers(0, len(CONTENT)))
    changed = CONTENT[:start] + content + CONTENT[start + len(content) :]
    try:
        parts = unpacked(sealed(json.dumps(HEADER).encode(), changed))
        code = tuple(parts.pop(name) for name in ("op", "a", "b", "c"))
        parts.pop("reverse_start")
        program = Program(code=code, **parts).check()
    except ProgramError:
        return
    assert program.inputs == 2


def test_operations_are_stored_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another version would number them."""
    data = packed(some())
    swapped = dict(OPCODES, tanh=OPCODES["sin"], sin=OPCODES["tanh"])
    monkeypatch.setattr("autograd.program.serialize.OPCODES", swapped)
    assert unpacked(data)["op"].tolist() == [swapped[OPS[op].name] for op in some().op]


# ---- files of version 1, whose products were 0 where their second factor was


def saved_before(pool: list[int], counts: list[int]) -> bytes:
    """A file of version 1: zmul(x0, x1), and zdots from the constant 0 on of so many operands in the pool."""
    n = len(counts)
    counted = {"constants": 1, "instructions": 1 + n, "pool": len(pool), "outputs": 1 + n, "guards": 0}
    header = {"inputs": 2, "turn": 1 + n, **counted, "operations": [["zmul", "xy"], ["zdot", ""]], "input_names": []}
    starts = [sum(counts[:k]) for k in range(n)]
    ints = [0, *[1] * n, 0, *starts, 1, *counts, 0, *[2] * n, *pool, *range(3, 4 + n)]
    text = json.dumps(header).encode()
    text += b" " * (-(PREFIX.size + len(text)) % 8)
    return sealed(text, np.zeros(1).tobytes() + np.array(ints, dtype="<i4").tobytes(), version=1)


@pytest.mark.parametrize(
    ("x", "y"), [(3.0, 2.0), (np.inf, 0.0), (0.0, np.inf), (np.nan, -0.0), (2.0, np.nan), (np.inf, 5e-324)]
)
def test_a_program_saved_before_gives_what_it_gave(x: float, y: float, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(saved_before([0, 1, 1, 0, 0, 1], [4, 2, 0]))
    program = Program.load(path)
    product = {1: 0.0 if y == 0.0 else x * y, 0: 0.0 if x == 0.0 else y * x}  # by the place of the second factor
    expected = [product[1], product[0] + product[1], product[1], 0.0]
    assert np.array_equal(program.run((x, y)), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("pool", "counts"), [([0, 1], [4]), ([0, 1], [-2]), ([0, 1, 1], [3]), ([0, 1], [2, 2]), ([0, 1], [2**30])]
)
def test_damaged_files_of_before(pool: list[int], counts: list[int]) -> None:
    with pytest.raises(ProgramError, match=r"damaged: (operands outside|a wrong number)"):
        unpacked(saved_before(pool, counts))


# ---- what cannot be saved


def test_python_callback(tmp_path: Path) -> None:
    code = [CALL], [0], [1], [0]
    program = Program(1, [], code, [0], [1], functions=[max]).check()
    with pytest.raises(ProgramError, match=r"Python functions \(max\) cannot be saved"):
        program.save(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_malformed_program_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ProgramError):
        some().replaced(inputs=-1).save(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_a_file_is_whole_or_not_there(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    some().save(path)
    before = path.read_bytes()
    other = some().replaced(input_names=()).check()

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, at, full)
    with pytest.raises(OSError, match="No space left"):
        other.save(path)
    assert path.read_bytes() == before and [x.name for x in tmp_path.iterdir()] == ["f"]


def test_missing_files_are_oserrors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Program.load(tmp_path / "none")
    with pytest.raises(OSError):
        some().save(tmp_path / "none" / "f")


def test_constants_keep_their_bits(tmp_path: Path) -> None:
    numbers = np.array([-0.0, np.inf, np.nan, 5e-324, 0.1])
    numbers.view(np.int64)[2] |= 12345  # a nan with a payload
    program = Program(0, numbers, ([], [], [], []), [], [0])
    program.save(tmp_path / "f")
    assert Program.load(tmp_path / "f").constants.tobytes() == numbers.tobytes()
    assert len(bits(numbers)) == 5
