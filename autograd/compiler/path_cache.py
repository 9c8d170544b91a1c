"""The specialisations of a jitted function for arguments of one structure: a decision tree by the outcomes of guards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from autograd.compiler.signature import flat_numbers
from autograd.compiler.specialization import Specialization
from autograd.engine.value import number
from autograd.errors import TraceError

LOG = logging.getLogger("autograd.jit")
FULL = (
    "{} has max_paths={} paths through its branches (if, while, comparisons), and now takes another, at {}. "
    "Choose with autograd.where, maximum, abs, clip, which need no branch, or raise max_paths"
)


class PathCache:
    """At most `limit` specialisations; `last` is the one that served the latest call."""

    def __init__(self, name: str, limit: int, on_limit: str) -> None:
        self.name, self.limit, self.on_limit = name, limit, on_limit
        self.paths: list[Specialization] = []
        self.last: Specialization | None = None
        self._by_prefix: dict[tuple[bool, ...], Specialization] = {}
        self._limit_logged = False

    def add(self, path: Specialization) -> None:
        """Keep a specialisation, in place of one with the same outcomes."""
        self.paths = [kept for kept in self.paths if kept.outcomes != path.outcomes] + [path]
        for k in range(len(path.outcomes) + 1):
            self._by_prefix[path.outcomes[:k]] = path
        self.last = path

    def branch(self, path: Specialization, broken: int) -> Specialization | None:
        """A specialisation whose outcomes agree with this one's up to guard number `broken`, and differ there."""
        return self._by_prefix.get((*path.outcomes[:broken], not path.outcomes[broken]))

    def find(self, pieces: Sequence[Any]) -> Specialization | None:
        """The specialisation whose guards hold for these arguments."""
        path, tried = self.last, set()
        numbers = [number(x) for x in flat_numbers(pieces)]
        while path is not None and path not in tried:
            tried.add(path)
            inputs = (*numbers, *[number(x) for x in path.captured])
            results = path.runner.call(tuple(map(float, inputs)))
            if type(results) is tuple:
                return path
            path = self.branch(path, results)
        return None

    def has_room(self) -> bool:
        """Whether one more specialisation may be kept; if not, one warning in the log, or TraceError if so wished."""
        if len(self.paths) < self.limit:
            return True
        if self.last is not None and not self._limit_logged:
            self._limit_logged = True
            message = FULL.format(self.name, self.limit, (self.last.guard_lines or ("an unknown line",))[-1])
            if self.on_limit == "raise":
                raise TraceError(message)
            LOG.warning("%s. It runs untraced", message)
        elif self.on_limit == "raise":
            raise TraceError(FULL.format(self.name, self.limit, "a line seen before"))
        return False
