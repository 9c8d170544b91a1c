"""Draw docs/pictures/*.png, and docs/lesson.png as the README does.

Needs a Chromium on PATH, which takes the screenshots of pages, and a font as wide as Helvetica (Debian: fonts-liberation).
"""

from __future__ import annotations

import importlib.util
import io
import math
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pages
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from autograd import Value, logsumexp, scope, sumprod, tanh
from viz import draw, player, watch

HERE = Path(__file__).resolve().parent
OUT = HERE / "pictures"
LARGEST = 300_000  # bytes of one picture
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()


def lesson() -> Value:
    """The error of the lesson's first exercise, swept."""
    spec = importlib.util.spec_from_file_location("lesson", HERE.parent / "examples" / "lesson.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["lesson"] = module
    spec.loader.exec_module(module)
    error = module.Network(module.THREE_INPUTS).error
    error.backward()
    return error


def transformer(width: int = 16, letters: int = 8, names: int = 27) -> Value:
    """The loss of a small transformer on a word: some 60,000 scalars in scopes."""
    rng = random.Random(0)

    def matrix(rows: int, columns: int, name: str) -> list[list[Value]]:
        return [[Value(rng.gauss(0, 0.1), f"{name}[{i}][{j}]") for j in range(columns)] for i in range(rows)]

    def times(rows: list[list[Value]], x: list[Value]) -> list[Value]:
        return [sum((w * v for w, v in zip(row[1:], x[1:], strict=True)), row[0] * x[0]) for row in rows]

    with scope("embedding"):
        tokens, places = matrix(names, width, "token"), matrix(letters, width, "place")
    with scope("layer"), scope("attention"):
        query, key, value, out = (matrix(width, width, name) for name in ("query", "key", "value", "out"))
    with scope("layer"), scope("mlp"):
        up, down = matrix(4 * width, width, "up"), matrix(width, 4 * width, "down")
    keys, values, losses = [], [], []
    for t in range(letters):
        with scope("embedding"):
            x = [a + b for a, b in zip(tokens[3 * t % names], places[t], strict=True)]
        with scope("layer"):
            with scope("attention"):
                q = times(query, x)
                keys.append(times(key, x))
                values.append(times(value, x))
                scores = [sumprod(q, k) / math.sqrt(width) for k in keys]
                weights = [(score - logsumexp(scores)).exp() for score in scores]
                mixed = [sumprod(weights, [v[j] for v in values]) for j in range(width)]
                x = [a + b for a, b in zip(times(out, mixed), x, strict=True)]
            with scope("mlp"):
                x = [a + b for a, b in zip(times(down, [tanh(h) for h in times(up, x)]), x, strict=True)]
        with scope("next letter"):
            logits = times(tokens, x)
            losses.append(logsumexp(logits) - logits[(5 * t + 1) % names])
    with scope("loss"):
        loss = sum(losses[1:], losses[0]) / letters
    loss.label = "loss"
    loss.backward()
    return loss


def training() -> str:
    """A page of watch() after 40 steps of a small network on one example."""
    rng = random.Random(4)
    hidden = [[Value(rng.uniform(-1, 1), f"w{i}{j}") for j in range(2)] for i in range(2)]
    out = [Value(rng.uniform(-1, 1), f"v{i}") for i in range(2)]
    with watch(stream=io.StringIO()) as live:
        for _ in range(40):
            x = [Value(0.5, "x0"), Value(-0.8, "x1")]
            with scope("hidden layer"):
                h = [tanh(w[0] * x[0] + w[1] * x[1]) for w in hidden]
            with scope("output layer"):
                y = tanh(out[0] * h[0] + out[1] * h[1])
            for i, unit in enumerate(h):
                unit.label = f"h{i}"
            y.label = "y"
            loss = (Value(0.9, "target") - y) ** 2
            loss.label = "E"
            loss.backward()
            live.update(loss)
            for w in (*hidden[0], *hidden[1], *out):
                w.data -= 0.1 * w.grad
                w.grad = 0.0
    return live.save(Path(tempfile.mkdtemp()) / "training.html").as_uri()


def screenshot(address: str, name: str, width: int, height: int, dark: bool = False, script: str = "") -> None:
    """A picture of what Chromium shows."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    profile = tempfile.mkdtemp()
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get(address)
    if script:
        driver.execute_script(script)
    driver.save_screenshot(str(OUT / name))
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    error, loss = lesson(), transformer()
    draw(loss).save(OUT / "groups.png")
    draw(loss, top=5).save(OUT / "top.png")
    with tempfile.TemporaryDirectory() as folder:
        pages.run(HERE.parent / "README.md", Path(folder))
        shutil.copyfile(Path(folder) / "lesson.png", HERE / "lesson.png")
        page = player(error).save(Path(folder) / "player.html").as_uri()
        screenshot(f"{page}#step=36", "player.png", 1280, 860)
        screenshot(f"{page}#step=36", "player_phone.png", 390, 844, dark=True)
        screenshot(f"{page}#step=20&detail=4", "player_unfolded.png", 1280, 860)
    screenshot(training(), "training.png", 1180, 790)
    for path in (HERE / "lesson.png", *sorted(OUT.glob("*.png"))):
        size = path.stat().st_size
        print(f"{path.relative_to(HERE)}  {size:,} bytes")
        assert size <= LARGEST, f"{path.name} is too large"


if __name__ == "__main__":
    main()
