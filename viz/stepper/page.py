"""One self-contained HTML page from scenes: their SVG, their steps as JSON, and a script that only shows what is there."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Any

from viz.derivation.chain import digits
from viz.stepper.narration import Words
from viz.stepper.stage import BODY, Palette, Stage, short, width
from viz.stepper.steps import Story
from viz.stepper.timeline import Timeline
from viz.style.escape import clean, number

LIGHT_AND_DARK = ("auto", "light", "dark")


def page(title: str, stages: Sequence[Stage], line: Timeline, names: Sequence[str], palette: Palette, theme: str) -> str:
    """The page. Nothing in it is fetched, and the browser is told to run nothing but our script and style, by their hashes."""
    data = {"title": title, "scenes": [_scene(stage, line, names, palette) for stage in stages]}
    legend = _legend(palette)  # before the style, which has the colours of all that was asked for
    script, style = _file("player.js"), _file("player.css") + palette.css() + "\n"
    sources = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    options = "".join(f'<option value="{i}">{html.escape(stage.told.scene.name)}</option>' for i, stage in enumerate(stages))
    return Template(_file("player.html")).substitute(
        title=html.escape(title),
        theme=theme,
        policy=f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=_json(data),
        details=options,
        legend=legend,
        scenes="".join(stage.svg() for stage in stages),
    )


def _file(name: str) -> str:
    return (files("viz.stepper") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: Any) -> str:
    """JSON inside of a script element: without what would end it there, and in ASCII."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _scene(stage: Stage, line: Timeline, names: Sequence[str], palette: Palette) -> dict[str, Any]:
    told = stage.told
    words = Words(told, line, names)
    steps = []
    for step in told.steps:
        title, lines = words.of(step)
        about = [step.part, *([step.head] if step.head is not None else [])] if step.part is not None else []
        steps.append({"time": step.time, "kind": step.kind, "title": _clean(title), "lines": [*map(_clean, lines)],
                      "parts": about, "wires": list(step.wires)})  # fmt: skip
    wires = [{"from": told.made[w.head], "sent": [[s, "" if w.local is None else palette.line(m)] for s, m in w.sent]}
             for w in told.wires]  # fmt: skip
    parts = [_part(i, stage, line, words, palette) for i in range(len(told.scene.parts))]
    frames = [closes for _, closes in told.scene.frames]
    return {"id": stage.prefix, "about": told.scene.about, "steps": steps, "parts": parts, "wires": wires, "frames": frames}


def _part(i: int, stage: Stage, line: Timeline, words: Words, palette: Palette) -> dict[str, Any]:
    told, part = stage.told, stage.told.scene.parts[i]
    found: dict[str, Any] = {"name": short(part.name), "made": told.made[i], "opens": part.opens, "grads": [], "terms": []}
    found["complete"] = last = _complete(i, told)
    if part.main is None:
        found["grads"] = [_grad(last, stage.largest(i), "", "")]
        return found
    for term in told.terms.get(i, []):
        source, product = words.term(term)
        amount, total = f"= {digits(term.amount)}", digits(term.total)
        found["terms"].append([term.step, _clean(source), product, amount, total, repr(term.total)])
        found["grads"].append(_grad(term.step, number(term.total), palette.fill(term.total), repr(term.total)))
    if not found["grads"] and not line.nodes[part.main].is_constant:
        grad = line.grads[part.main]
        found["grads"] = [_grad(last, number(grad), palette.fill(grad), repr(grad))]
    uses = len(found["terms"])
    silent = sum(wire.edges for wire in told.wires if wire.tail == i and not wire.sent)
    others = f"; {silent} more {'sends' if silent == 1 else 'send'} nothing back" if silent else ""
    found["sum"] = _clean(f"∂{words.top}/∂{part.name}, the sum over {uses} use{'s' * (uses != 1)} of {part.name}{others}")
    return found


def _grad(step: int, text: str, colour: str, exact: str) -> list[Any]:
    """From which step on a card shows what as its gradient: the text, its colour, all digits, and how wide it may be."""
    return [step, text, colour, exact, width(text, BODY)]


def _complete(i: int, told: Story) -> int:
    """From which step on the gradient of a part is final; if all that uses it is idle, from when that is known."""
    if told.complete[i] >= 0:
        return told.complete[i]
    return max((told.complete[wire.head] for wire in told.wires if wire.tail == i), default=-1)


def _clean(text: str) -> str:
    return clean(text, 400).replace("\n", " ")


def _legend(palette: Palette) -> str:
    """Swatches from strong negative over zero to strong positive."""
    marks = palette.scale.marks()
    numbers = [-mark for mark in reversed(marks)] + [0.0] + marks
    swatch = '<li><svg viewBox="0 0 10 4" aria-hidden="true"><rect class="{}" width="10" height="4"/></svg>{}</li>'
    told = {0, len(numbers) // 4, len(marks), len(numbers) - 1 - len(numbers) // 4, len(numbers) - 1}  # there is room for five
    return "".join(swatch.format(palette.fill(x), number(x) if i in told else "") for i, x in enumerate(numbers))
