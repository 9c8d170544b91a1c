"""Places for a layered network: a column a layer, labels clear of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viz.model.network import Card, Link, Network

Size = tuple[float, float]
Point = tuple[float, float]
APART, BETWEEN = 22.0, 34.0  # points between cards, and between samples
MARGIN, TITLE = 13.0, 20.0  # points inside a frame
HEAD = 12.0  # the length of an arrow's head
PLACES = [k / 25 for k in range(5, 21)]  # where along its arrow a label may be


@dataclass
class Layout:
    """Centres of the cards; for each link its arrow's ends and its label's centre."""

    cards: dict[str, Point] = field(default_factory=dict)
    arrows: list[tuple[Point, Point]] = field(default_factory=list)
    labels: list[Point] = field(default_factory=list)


def column_of(card: Card, last: int) -> int:
    """The number of a card's column; that of losses is `last`."""
    return last if card.kind == "loss" else card.depth


def _last_column(network: Network) -> int:
    return 1 + max(card.depth for card in network.cards.values())


def is_layered(network: Network) -> bool:
    """Whether every arrow leads from one column to the next."""
    last = _last_column(network)
    columns = {card.id: column_of(card, last) for card in network.cards.values()}
    steps = {columns[link.head] - columns[link.tail] for link in network.links}
    return not network.of_kind("between") and steps == {1}


def arrange(network: Network, sizes: Mapping[str, Size], labels: Sequence[Size], labelled: bool = True) -> Layout:
    """The places of cards and, if `labelled`, of the labels of the links.

    `sizes` has those of the cards, `labels` those of the labels.
    """
    last = _last_column(network)
    columns: dict[int, dict[int, list[str]]] = {}
    for card in network.cards.values():
        columns.setdefault(column_of(card, last), {}).setdefault(card.sample, []).append(card.id)
    layout = Layout()
    x = 0.0
    reaches = _reaches(columns, sizes, network.links, labels)
    whole = (0.0, max(bottom for _, bottom in reaches.values()))
    for number in sorted(columns):
        width = max(sizes[name][0] for names in columns[number].values() for name in names)
        for sample, names in columns[number].items():
            _stack(layout, names, sizes, x + width / 2, reaches.get(sample, whole))
        x += width + _gap(network, columns[number], labels)
    _connect(layout, network.links, sizes)
    if labelled:
        _place_labels(layout, labels)
    return layout


def _reaches(columns: Mapping[int, Mapping[int, Sequence[str]]], sizes: Mapping[str, Size], links: Sequence[Link],
             labels: Sequence[Size]) -> dict[int, tuple[float, float]]:  # fmt: skip
    """Top and bottom of the cards of each sample, with room for all labels."""
    reaches: dict[int, tuple[float, float]] = {}
    top = 0.0
    samples = {sample for column in columns.values() for sample in column}
    for sample in sorted(samples - {0} or samples):  # a card of no sample, as the loss, is in the middle of all
        need = 0.0
        for column in columns.values():
            names = column.get(sample, [])
            height = sum(label[1] for link, label in zip(links, labels, strict=True) if link.tail in names)
            need = max(need, sum(sizes[name][1] + APART for name in names) - APART, 0.85 * height if len(names) > 1 else 0.0)
        reaches[sample] = (top, top + need)
        top += need + BETWEEN + 2 * MARGIN + TITLE
    return reaches


def _stack(layout: Layout, names: Sequence[str], sizes: Mapping[str, Size], x: float, reach: tuple[float, float]) -> None:
    """Place cards under each other around the middle of their reach.

    They are far apart only where there is much room.
    """
    heights = [sizes[name][1] for name in names]
    spare = reach[1] - reach[0] - sum(heights)
    gap = min(max(spare / len(names), APART), 3.0 * APART + max(heights)) if len(names) > 1 else 0.0
    y = (reach[0] + reach[1] - sum(heights) - gap * (len(names) - 1)) / 2
    for name, height in zip(names, heights, strict=True):
        layout.cards[name] = (x, -(y + height / 2))
        y += height + gap


def _gap(network: Network, column: Mapping[int, Sequence[str]], labels: Sequence[Size]) -> float:
    """The room to the right of a column: more where many arrows cross."""
    tails = {name for names in column.values() for name in names}
    widths = [label[0] for link, label in zip(network.links, labels, strict=True) if link.tail in tails]
    crossing = len({link.head for link in network.links if link.tail in tails}) > 1
    return 2 * MARGIN + HEAD + max(widths, default=0.0) * (2.2 if crossing else 1.3)


def _connect(layout: Layout, links: Sequence[Link], sizes: Mapping[str, Size]) -> None:
    """Place the arrows, from the middle of a card's right side to a left side.

    At the left side they end in the order of their tails.
    """
    arrivals: dict[str, list[int]] = {}
    for i, link in enumerate(links):
        arrivals.setdefault(link.head, []).append(i)
    ends: dict[int, Point] = {}
    for head, arriving in arrivals.items():
        x, y = layout.cards[head]
        width, height = sizes[head]
        step = min(22.0, 0.8 * height / len(arriving))
        arriving.sort(key=lambda i: -layout.cards[links[i].tail][1])
        for k, i in enumerate(arriving):
            ends[i] = (x - width / 2, y + step * ((len(arriving) - 1) / 2 - k))
    for i, link in enumerate(links):
        x, y = layout.cards[link.tail]
        layout.arrows.append(((x + sizes[link.tail][0] / 2, y), ends[i]))


def _place_labels(layout: Layout, labels: Sequence[Size]) -> None:
    """Put each label on its arrow where it covers no label, no frame and few arrows."""
    for i, size in enumerate(labels):
        start, end = layout.arrows[i]
        best = 0.36 if sum(arrow[0] == start for arrow in layout.arrows) > 1 else 0.5
        costs = []
        for t in PLACES:
            point = _along(start, end, t)
            hidden = sum(_covers(point, size, other, labels[k]) for k, other in enumerate(layout.labels))
            crossed = sum(_crosses(point, size, *arrow) for k, arrow in enumerate(layout.arrows) if k != i)
            inside = max(start[0] + MARGIN + 3.0 + size[0] / 2 - point[0], point[0] + size[0] / 2 + MARGIN + HEAD - end[0], 0.0)
            costs.append((10 * hidden + crossed + inside / 4 + 2 * abs(t - best), t))
        layout.labels.append(_along(start, end, min(costs)[1]))


def _along(start: Point, end: Point, t: float) -> Point:
    return start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])


def _covers(a: Point, size_a: Size, b: Point, size_b: Size) -> bool:
    return 2 * abs(a[0] - b[0]) < size_a[0] + size_b[0] + 8 and 2 * abs(a[1] - b[1]) < size_a[1] + size_b[1] + 4


def _crosses(point: Point, size: Size, start: Point, end: Point) -> bool:
    """Whether an arrow runs under the label."""
    for k in (-0.5, -0.25, 0.0, 0.25, 0.5):
        x = point[0] + k * size[0]
        if start[0] < x < end[0]:
            y = start[1] + (x - start[0]) / (end[0] - start[0]) * (end[1] - start[1])
            if abs(y - point[1]) < size[1] / 2:
                return True
    return False
