"""The examples of a training run, in the order of an epoch, batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.optim.checkpoint import Run


class Batches:
    """Examples in batches of `size`: `count` of them, in `per_epoch` batches."""

    def __init__(self, data: Any, size: int | None, shuffle: bool) -> None:
        self.columns = columns_of("data", data)
        self.count = len(self.columns[0])
        self.size = size or self.count
        self.per_epoch = -(-self.count // self.size)
        self.shuffle = shuffle

    def rest_of_epoch(self, run: Run, most: int) -> Iterator[list[Any]]:
        """The batches of this epoch that the run has not done yet; at most so many."""
        if not run.order:
            run.order = _shuffled(self.count, run.rng) if self.shuffle and self.size < self.count else list(range(self.count))
        for start in range(run.done * self.size, self.count, self.size)[: max(most, 0)]:
            yield self._batch(run.order[start : start + self.size])

    def _batch(self, places: list[int]) -> list[Any]:
        if len(places) == self.count:
            return list(self.columns)
        return [column[places] if isinstance(column, np.ndarray) else [column[i] for i in places] for column in self.columns]


def columns_of(name: str, data: Any) -> tuple[Any, ...]:
    """The sequences that examples are given in. ValueError unless they have one length, which is not 0."""
    columns = data if isinstance(data, tuple) else (data,)
    lengths = [len(column) for column in columns]
    if not lengths or len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(
            f"{name} must be one or more sequences of one length, with examples in them; the lengths are {lengths}"
        )
    return columns


def _shuffled(count: int, rng: Any) -> list[int]:
    if isinstance(rng, random.Random) or rng is random:
        return rng.sample(range(count), count)
    return rng.permutation(count).tolist()  # type: ignore[no-any-return]
