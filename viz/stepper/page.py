"""One HTML page from scenes: their SVG, their steps as JSON, style and script."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Any

from viz.model.numbers import digits, number
from viz.stepper.narration import Narrator
from viz.stepper.palette import Palette
from viz.stepper.stage import BODY, Stage, short, text_width
from viz.stepper.stage_svg import stage_svg
from viz.stepper.steps import Step, Story
from viz.stepper.timeline import Timeline
from viz.style.escape import clean


def page(title: str, stages: Sequence[Stage], timeline: Timeline, names: Sequence[str], palette: Palette, theme: str) -> str:
    """The page, which fetches nothing.

    Its policy allows its own script and style alone, by their hashes.
    """
    scenes = [_Scene(stage, timeline, names, palette).data() for stage in stages]
    legend = palette.legend()  # before the style, which has the colours of all that was asked for
    script, style = _asset("player.js"), _asset("player.css") + palette.css() + "\n"
    sources = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    titles = [html.escape(stage.story.scene.name) for stage in stages]
    return Template(_asset("player.html")).substitute(
        title=html.escape(title),
        theme=theme,
        policy=f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=_json({"title": title, "scenes": scenes}),
        details="".join(f'<option value="{i}">{title}</option>' for i, title in enumerate(titles)),
        legend=legend,
        scenes="".join(map(stage_svg, stages)),
    )


def _asset(name: str) -> str:
    return (files("viz.stepper") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: Any) -> str:
    """JSON inside of a script element: without what would end it there, and in ASCII."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class _Scene:
    """What the script reads of one scene; README.md has the meaning of the keys."""

    def __init__(self, stage: Stage, timeline: Timeline, names: Sequence[str], palette: Palette) -> None:
        self.stage, self.story, self.timeline, self.palette = stage, stage.story, timeline, palette
        self.narrator = Narrator(stage.story, timeline, names)

    def data(self) -> dict[str, Any]:
        """The scene for JSON."""
        scene = self.story.scene
        wires = self._wires()
        return {
            "id": self.stage.prefix,
            "about": scene.about,
            "steps": [self._step(step) for step in self.story.steps],
            "parts": [self._part(i) for i in range(len(scene.parts))],
            "wires": wires,
            "frames": [closes for _, closes in scene.frames],
        }

    def _step(self, step: Step) -> dict[str, Any]:
        title, lines = self.narrator.step(step)
        parts = [part for part in (step.part, step.head) if part is not None]
        return {
            "time": step.time, "kind": step.kind, "title": _clean(title), "lines": [*map(_clean, lines)],
            "parts": parts, "wires": list(step.wires),
        }  # fmt: skip

    def _wires(self) -> list[dict[str, Any]]:
        wires = []
        for wire in self.story.wires:
            sent = [[step, "" if wire.local is None else self.palette.line(message)] for step, message in wire.sent]
            wires.append({"from": self.story.appears[wire.head], "sent": sent})
        return wires

    def _part(self, i: int) -> dict[str, Any]:
        story, part = self.story, self.story.scene.parts[i]
        complete = _complete(i, story)
        data = {"name": short(part.name), "appears": story.appears[i], "opens": part.opens, "grads": [], "terms": []}
        data["complete"] = complete
        if part.main is None:
            return data | {"grads": [[complete, self.stage.largest(i), "", "", text_width(self.stage.largest(i), BODY)]]}
        terms = story.terms.get(i, [])
        totals = [(term.step, term.total) for term in terms]
        if not totals and not self.timeline.nodes[part.main].is_constant:
            totals = [(complete, self.timeline.grads[part.main])]
        rows = []
        for term in terms:
            source, product = self.narrator.term(term)
            rows.append([term.step, _clean(source), product, f"= {digits(term.amount)}", digits(term.total), repr(term.total)])
        return data | {"terms": rows, "grads": [self._grad(*total) for total in totals], "sum": self._sum(i)}

    def _grad(self, step: int, grad: float) -> list[Any]:
        """A gradient on a card: from which step on, text, colour, all digits, width."""
        text = number(grad)
        return [step, text, self.palette.fill(grad), repr(grad), text_width(text, BODY)]

    def _sum(self, i: int) -> str:
        """The title of the table of the terms."""
        name = self.story.scene.parts[i].name
        uses = len(self.story.terms.get(i, []))
        silent = sum(wire.edges for wire in self.story.wires if wire.tail == i and not wire.sent)
        others = f"; {silent} more {'sends' if silent == 1 else 'send'} nothing back" if silent else ""
        return _clean(f"∂{self.narrator.result}/∂{name}, the sum over {uses} use{'s' * (uses != 1)} of {name}{others}")


def _complete(i: int, story: Story) -> int:
    """From which step on the gradient of a part is final.

    If all that uses it is idle, it is final when that is known.
    """
    if story.complete[i] >= 0:
        return story.complete[i]
    return max((story.complete[wire.head] for wire in story.wires if wire.tail == i), default=-1)


def _clean(text: str) -> str:
    return clean(text, 400).replace("\n", " ")
