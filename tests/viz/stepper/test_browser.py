"""The player's page in a real headless Chromium: what it shows, at every step, by every way of using it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, relu, scope, sigmoid, tanh
from viz import player
from viz.model.graph import Graph

pytestmark = pytest.mark.slow
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def start(profile: Path) -> Any:
    """A driver; skips the test where there is no browser, but fails where tests must not be skipped (CI=true)."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        reason = "there is no Chromium with chromedriver on PATH (Debian: apt-get install chromium chromium-driver)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests of a module."""
    driver = start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


def screen(driver: Any, width: int = 1280, height: int = 860, phone: bool = False, **media: str) -> None:
    """The size of the window, and media features such as prefers_color_scheme="dark"."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def visit(driver: Any, path: Path, fragment: str = "") -> None:
    """Open a file afresh, with empty logs."""
    driver.get("about:blank")
    complaints(driver)
    requests(driver)
    driver.get(path.as_uri() + fragment)


def complaints(driver: Any) -> list[str]:
    """What the console said since it was asked last: errors, warnings, refusals of the content security policy."""
    return [entry["message"] for entry in driver.get_log("browser")]


def requests(driver: Any) -> list[str]:
    """What was asked for since it was asked last: the addresses."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


# ---- the graphs


def lesson() -> Value:
    """Two inputs, two hidden units, one output; the output is used twice, a dead unit sends nothing back."""
    x1, x2 = Value(0.5, "x1"), Value(-0.2, "x2")
    with scope("hidden layer"):
        a1 = sigmoid(Value(0.4, "w11") * x1 + Value(-0.6, "w21") * x2 + Value(0.1, "b1"))
        a2 = tanh(Value(0.1, "w12") * x1 + Value(0.7, "w22") * x2 + 0.3)
        dead = relu(Value(-2.0, "w13") * x1)
    with scope("output layer"):
        y = sigmoid(Value(0.1, "W1") * a1 + Value(-0.3, "W2") * a2 + Value(0.2, "W3") * dead)
    error = 0.5 * (Value(0.6, "target") - y) ** 2 + 0.01 * y * y
    error.label = "E"
    error.backward()
    return error


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return player(lesson()).save(tmp_path_factory.mktemp("page") / "player.html")


def state(driver: Any) -> dict[str, Any]:
    """All that the page shows: classes and texts of the cards and arrows, the panel, the place of the slider."""
    found: dict[str, Any] = driver.execute_script(
        """
        const text = (e) => e ? e.textContent : null, scene = document.querySelector(".scene:not([hidden])");
        const drawn = [...scene.querySelectorAll(".card, .wire")];
        return {
          drawn: Object.fromEntries(drawn.map((e) => [e.id, [[...e.classList].sort(), e.getAttribute("aria-label"),
            text(e.querySelector(".grad")), e.querySelector(".grad")?.dataset.exact ?? null]])),
          scene: scene.id, count: text(document.getElementById("count")), step: text(document.getElementById("step")),
          sum: document.getElementById("sum").hidden ? null : text(document.getElementById("sum")),
          slider: document.getElementById("scrub").value, theme: document.documentElement.dataset.theme,
          hash: location.hash,
        };
        """
    )
    return found


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    chain = ActionChains(driver)
    for key in keys:
        chain = chain.send_keys(key)
    chain.perform()


def click(driver: Any, name: str) -> None:
    driver.find_element("id", name).click()


def data(driver: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(driver.execute_script("return document.getElementById('data').textContent"))
    return found


def gradients(driver: Any) -> dict[str, str]:
    """All digits of each gradient on the cards of the scene shown, by the name of the value."""
    now = state(driver)
    scene = next(scene for scene in data(driver)["scenes"] if scene["id"] == now["scene"])
    shown = {part["name"]: now["drawn"][f"{scene['id']}n{i}"][3] for i, part in enumerate(scene["parts"])}
    return {name: exact for name, exact in shown.items() if exact}


def step(driver: Any) -> int:
    return int(state(driver)["count"].split()[1])


# ---- what it shows


@pytest.mark.parametrize("detail", [0, 1])
def test_last_step_shows_the_gradients(chromium: Any, page: Path, detail: int) -> None:
    """Those of the engine, to the last digit."""
    screen(chromium)
    visit(chromium, page, f"#step=9999&detail={detail}")
    shown = gradients(chromium)
    wanted = {node.label: repr(node.grad) for node in Graph([lesson()]).nodes if node.label}
    assert {name: shown[name] for name in wanted} == wanted


def test_forth_and_back(chromium: Any, page: Path) -> None:
    screen(chromium)
    visit(chromium, page)
    seen = [state(chromium)]
    for _ in range(len(data(chromium)["scenes"][0]["steps"]) - 1):
        click(chromium, "next")
        seen.append(state(chromium))
    assert len({json.dumps(item, sort_keys=True) for item in seen}) == len(seen)  # something changes at every step
    for wanted in seen[-2::-1]:
        click(chromium, "back")
        assert state(chromium) == wanted


def test_blank_until_reached(chromium: Any, page: Path) -> None:
    """Gradients until they are reached, values until they are calculated."""
    screen(chromium)
    visit(chromium, page)
    assert gradients(chromium) == {}
    first = state(chromium)["drawn"]
    told = [label for kinds, label, *_ in first.values() if label and "operation" in kinds]
    assert told and all("not calculated yet" in label and "no gradient yet" in label for label in told)
    kinds = {part["name"]: i for i, part in enumerate(data(chromium)["scenes"][0]["parts"])}
    hidden = "return getComputedStyle(document.querySelector('#s0n%d .data')).visibility"
    assert chromium.execute_script(hidden % kinds["E"]) == "hidden"
    assert chromium.execute_script(hidden % kinds["x1"]) == "visible"


def test_steps_backward_show_products_and_sums(chromium: Any, page: Path) -> None:
    screen(chromium)
    visit(chromium, page)
    steps = data(chromium)["scenes"][0]["steps"]
    back = [i for i, item in enumerate(steps) if item["kind"] == "back"]
    of_x1 = [i for i in back if steps[i]["title"].startswith("x1.grad +=")]
    assert len(of_x1) >= 2
    visit(chromium, page, f"#step={of_x1[0]}")
    assert "sum over 2 uses of x1; 1 more sends nothing back" in state(chromium)["sum"]
    assert "still to come" in state(chromium)["sum"] and "so far" in state(chromium)["sum"]
    visit(chromium, page, f"#step={of_x1[-1]}")
    assert "still to come" not in state(chromium)["sum"] and "the whole gradient" in state(chromium)["sum"]


def test_terms_add_up_to_the_gradient(chromium: Any, page: Path) -> None:
    """To that of the engine."""
    screen(chromium)
    visit(chromium, page)
    scene = data(chromium)["scenes"][0]
    uses = {node.label: 0 for node in Graph([lesson()]).nodes}
    for node in Graph([lesson()]).nodes:
        for parent in node.parents:
            uses[parent.label] += 1
    wanted = {node.label: node.grad for node in Graph([lesson()]).nodes if node.label}
    script = (
        "return [...document.querySelectorAll('#sum tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    for part in scene["parts"]:
        if part["terms"] and part["name"] in wanted:
            visit(chromium, page, f"#step={part['complete']}")
            rows = chromium.execute_script(script)
            silent = "; 1 more sends nothing back" in state(chromium)["sum"]
            assert len(rows) == uses[part["name"]] - silent and silent == (part["name"] == "x1")  # through the unit that is off
            added = sum(float(row[2].removeprefix("= ")) for row in rows)
            assert added == pytest.approx(wanted[part["name"]], rel=1e-4, abs=1e-9)
            whole = chromium.execute_script("return document.querySelector('#sum tfoot td').title")
            assert whole == repr(wanted[part["name"]])


def test_unit_that_is_off(chromium: Any, page: Path) -> None:
    """It is said to send nothing back."""
    screen(chromium)
    visit(chromium, page)
    idle = [i for i, item in enumerate(data(chromium)["scenes"][0]["steps"]) if item["kind"] == "idle"]
    visit(chromium, page, f"#step={idle[0]}")
    assert "sends nothing back" in state(chromium)["step"]


# ---- that it stays by itself


def test_no_requests_and_no_complaints(chromium: Any, page: Path) -> None:
    """Of the network, and of the browser."""
    screen(chromium)
    visit(chromium, page)
    for name in ("next", "last", "back", "backward", "forward", "zoom", "theme", "play"):
        click(chromium, name)
    assert {url for url in requests(chromium) if url != "about:blank"} == {page.as_uri()}
    assert complaints(chromium) == []


def test_foreign_script_is_refused(chromium: Any, page: Path, tmp_path: Path) -> None:
    screen(chromium)
    other = tmp_path / "other.html"
    text = page.read_text(encoding="utf-8")
    other.write_text(text.replace("</main>", "</main><script>document.title = 'taken'</script>"), encoding="utf-8")
    visit(chromium, other)
    assert chromium.title == "E: forward and backward"
    assert any("Content Security Policy" in line for line in complaints(chromium))


def test_hostile_labels_are_text(chromium: Any, tmp_path: Path) -> None:
    screen(chromium)
    bad = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    x = Value(1.5, bad)
    y = x * x
    y.label = "</title><a href='javascript:1'>\u2028&lt;"
    visit(chromium, player(y).save(tmp_path / "bad.html"))
    for _ in range(4):
        click(chromium, "next")
    assert "taken" not in chromium.title and complaints(chromium) == []
    assert {url for url in requests(chromium) if url != "about:blank"} == {(tmp_path / "bad.html").as_uri()}
    assert chromium.execute_script("return document.querySelectorAll('a, img, script').length") == 2  # data and ours
    assert bad[:12] in state(chromium)["step"] + state(chromium)["sum"]


def test_frame_of_a_notebook(chromium: Any, tmp_path: Path) -> None:
    """The page runs in the frame that a notebook shows."""
    screen(chromium)
    notebook = tmp_path / "notebook.html"
    frame = player(lesson())._repr_mimebundle_()["text/html"]
    notebook.write_text(f"<!DOCTYPE html><meta charset='utf-8'><title>notebook</title>{frame}", encoding="utf-8")
    visit(chromium, notebook)
    chromium.switch_to.frame(chromium.find_element("tag name", "iframe"))
    click(chromium, "last")
    assert gradients(chromium)["E"] == "1.0"
    chromium.switch_to.default_content()
    assert complaints(chromium) == []


# ---- ways of using it


def test_keyboard(chromium: Any, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    screen(chromium)
    visit(chromium, page)
    end = len(data(chromium)["scenes"][0]["steps"]) - 1
    seed = next(i for i, item in enumerate(data(chromium)["scenes"][0]["steps"]) if item["kind"] == "seed")
    for key, wanted in [
        (Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1), (Keys.END, end), (Keys.ARROW_RIGHT, end),
        (Keys.HOME, 0), (Keys.ARROW_LEFT, 0), ("b", seed), ("f", 0), (Keys.PAGE_DOWN, 10), (Keys.PAGE_UP, 0),
    ]:  # fmt: skip
        press(chromium, key)
        assert step(chromium) == wanted, key
    press(chromium, " ")
    assert chromium.find_element("id", "play").get_attribute("aria-pressed") == "true"
    press(chromium, " ")
    assert chromium.find_element("id", "play").get_attribute("aria-pressed") == "false"


def test_accessible_controls(chromium: Any, page: Path) -> None:
    """Every control is reached by Tab and has a name and a role."""
    from selenium.webdriver.common.keys import Keys

    screen(chromium)
    visit(chromium, page, "#step=4")  # where every button can be pressed
    reached = []
    for _ in range(80):
        press(chromium, Keys.TAB)
        focused = chromium.switch_to.active_element
        if focused.get_attribute("id") in reached or focused.tag_name == "body":
            break
        reached.append(focused.get_attribute("id"))
        assert focused.accessible_name and focused.aria_role in ("button", "combobox", "slider", "DisclosureTriangle"), reached
    wanted = {
        "detail",
        "zoom",
        "theme",
        "first",
        "back",
        "play",
        "next",
        "last",
        "pace",
        "forward",
        "backward",
        "scrub",
        "jump",
    }
    assert wanted <= set(reached)
    assert sum(name.startswith("s0n") for name in reached if name) == len(data(chromium)["scenes"][0]["parts"])


def test_jumps_to_the_steps_of_a_card(chromium: Any, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    screen(chromium)
    visit(chromium, page)
    parts = data(chromium)["scenes"][0]["parts"]
    at, part = next((i, part) for i, part in enumerate(parts) if part["appears"] > 2 and part["terms"])
    chromium.execute_script(f"document.getElementById('s0n{at}').focus()")
    press(chromium, Keys.ENTER)
    assert step(chromium) == part["appears"]
    press(chromium, Keys.ENTER)
    assert step(chromium) == part["complete"]
    visit(chromium, page)
    chromium.execute_script(
        f"const jump = document.getElementById('jump'); jump.value = '{at}'; jump.dispatchEvent(new Event('change'))"
    )
    assert step(chromium) == part["appears"]


def test_scrubbing_playing_and_deep_links(chromium: Any, page: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    screen(chromium)
    visit(chromium, page, "#step=5")
    assert step(chromium) == 5
    chromium.execute_script("const s = document.getElementById('scrub'); s.value = 7; s.dispatchEvent(new Event('input'))")
    assert step(chromium) == 7 and state(chromium)["hash"] == "#step=7"
    chromium.execute_script("location.hash = '#step=3'")
    WebDriverWait(chromium, 10).until(lambda driver: step(driver) == 3)
    chromium.execute_script("document.getElementById('pace').value = '450'")
    click(chromium, "play")
    WebDriverWait(chromium, 30).until(lambda driver: step(driver) >= 5)
    click(chromium, "play")
    for fragment, wanted in [("#step=-4", 0), ("#step=x", 0), ("#step=1.5", 0), ("#detail=99&step=2", 2)]:
        visit(chromium, page, fragment)
        assert step(chromium) == wanted and complaints(chromium) == []


def test_scopes_unfold_and_fold(chromium: Any, page: Path) -> None:
    """At the same moment of the computation."""
    screen(chromium)
    visit(chromium, page)
    scenes = data(chromium)["scenes"]
    folded = next(i for i, scene in enumerate(scenes) if any(part["opens"] is not None for part in scene["parts"]))
    visit(chromium, page, f"#detail={folded}&step=3")
    time = scenes[folded]["steps"][3]["time"]
    at = next(i for i, part in enumerate(scenes[folded]["parts"]) if part["opens"] is not None)
    click(chromium, f"s{folded}u{at}")
    opened = scenes[folded]["parts"][at]["opens"]
    assert state(chromium)["scene"] == f"s{opened}"
    assert scenes[opened]["steps"][step(chromium)]["time"] <= time
    click(chromium, f"s{opened}f0")
    assert state(chromium)["scene"] == f"s{folded}"


# ---- looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colour_scheme(chromium: Any, page: Path, scheme: str) -> None:
    """It follows the system's, and can be switched."""
    screen(chromium, prefers_color_scheme=scheme)
    visit(chromium, page)
    ground = "return getComputedStyle(document.body).backgroundColor"
    dark = chromium.execute_script(ground) == "rgb(20, 24, 29)"
    assert dark == (scheme == "dark")
    click(chromium, "theme")
    assert (chromium.execute_script(ground) == "rgb(20, 24, 29)") != dark


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (768, 1024), (1280, 860)])
def test_fits_the_screen(chromium: Any, page: Path, width: int, height: int) -> None:
    """What a step is about is in sight."""
    screen(chromium, width, height, phone=width < 700, prefers_reduced_motion="reduce")
    visit(chromium, page)
    for at in range(0, len(data(chromium)["scenes"][0]["steps"]), 7):
        visit(chromium, page, f"#step={at}")
        assert chromium.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert chromium.execute_script("return document.documentElement.scrollHeight <= innerHeight")
        outside = chromium.execute_script(
            """
            const card = document.querySelector(".scene:not([hidden]) .card.now");
            const view = document.getElementById("stage").getBoundingClientRect();
            if (!card) return false;
            const r = card.getBoundingClientRect();
            return r.left < view.left - 1 || r.right > view.right + 1 || r.top < view.top - 1 || r.bottom > view.bottom + 1;
            """
        )
        assert not outside, at
    small = (
        "return [...document.querySelectorAll('button, #scrub')].filter((e) => e.getBoundingClientRect().height < 24).length"
    )
    assert chromium.execute_script(small) == 0


def test_text_stays_inside_of_its_card(chromium: Any, page: Path) -> None:
    screen(chromium)
    visit(chromium, page, "#step=9999")
    outside = chromium.execute_script(
        """
        return [...document.querySelectorAll(".scene:not([hidden]) .card")].flatMap((card) => {
          const box = card.querySelector("rect").getBoundingClientRect();
          return [...card.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()])
            .filter(([, r]) => r.left < box.left || r.right > box.right || r.bottom > box.bottom + 1).map(([text]) => text);
        });
        """
    )
    assert outside == []


def test_colours_have_rules(chromium: Any, page: Path) -> None:
    screen(chromium)
    visit(chromium, page, "#step=9999")
    chromium.execute_script("document.querySelector('details').open = true")
    drawn = "#legend rect, .scene:not([hidden]) .card.sent > rect"
    fills = chromium.execute_script(f"return [...document.querySelectorAll('{drawn}')].map((e) => getComputedStyle(e).fill)")
    assert len(set(fills)) > 5 and not {"rgb(0, 0, 0)", "none"} & set(fills)


def test_reduced_motion(chromium: Any, page: Path) -> None:
    """Where the system asks for it."""
    moving = "return getComputedStyle(document.querySelector('.wire.now.backward path')).animationName"
    for wish, wanted in (("reduce", "none"), ("no-preference", "flow")):
        screen(chromium, prefers_reduced_motion=wish)
        visit(chromium, page, "#step=9999")
        click(chromium, "back")
        assert chromium.execute_script(moving) == wanted
