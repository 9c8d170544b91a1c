"""What is left out of the picture of a graph that is too large."""

from __future__ import annotations

from collections.abc import Sequence

from viz.model.fold import Shown

WIDE, DEEP = 16, 40  # so many values side by side and so many levels are drawn of it


def cut(shown: Sequence[Shown], limit: int) -> dict[int, int]:
    """The nodes left out when there are more than `limit`, each with the drawn node whose stub counts it.

    What remains is readable: a part around the roots, of limited width and depth. Whatever uses a node that is
    drawn is drawn too, so that no arrow away from a card is missing.
    """
    if len(shown) <= limit:
        return {}
    users = dict.fromkeys((item.index for item in shown), 0)
    for item in shown:
        for i, _ in item.operands:
            users[i] += 1
    operands = {item.index: [i for i, _ in item.operands] for item in shown}
    level = [i for i, count in users.items() if count == 0]
    kept: dict[int, None] = {}
    chosen: list[int] = []
    for _ in range(DEEP):
        if len(level) > WIDE and len(chosen) > 1:
            break  # a few operands of a few values would mislead; of one value they are a sample
        chosen = level[: max(min(WIDE, limit - len(kept)), 0)]
        kept |= dict.fromkeys(chosen)
        level = []
        for i in (i for node in chosen for i in operands[node]):
            users[i] -= 1
            if users[i] == 0:
                level.append(i)
    owner: dict[int, int] = {}
    for item in reversed(shown):
        for i, _ in item.operands:
            if i not in kept and i not in owner:
                owner[i] = owner.get(item.index, item.index)
    return owner
