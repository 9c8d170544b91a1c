"use strict";
// Shows what the page's data says; every number and every text in it was calculated when the page was made.
(() => {
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("data").textContent);
  const root = document.documentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const PHONE = matchMedia("(max-width: 760px)");
  const PIXELS = 4 / 3; // of a point
  let scene = 0, step = 0, timer = null, overview = false, settled = false;

  const last = (list, at) => { // the last entry whose first item is not after `at`
    let latest = null;
    for (const entry of list) { if (entry[0] <= at) latest = entry; else break; }
    return latest;
  };
  const element = (name, text, kind) => {
    const node = document.createElement(name);
    node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };
  const steps = () => data.scenes[scene].steps;
  const first = (kind) => steps().findIndex((s) => s.kind === kind);

  function showCards(now) {
    const shown = data.scenes[scene];
    shown.parts.forEach((part, i) => {
      const card = find(`${shown.id}n${i}`), grad = card.querySelector(".grad"), reached = last(part.grads, step);
      const there = part.appears <= step, about = now.parts.indexOf(i);
      card.classList.toggle("waiting", !there);
      card.classList.toggle("now", about === 0);
      card.classList.toggle("from", about === 1);
      card.classList.toggle("sent", Boolean(reached && reached[2]));
      for (const name of [...card.classList]) if (/^c\d+$/.test(name)) card.classList.remove(name);
      if (reached && reached[2]) card.classList.add(reached[2]);
      if (grad) {
        grad.textContent = reached ? reached[1] : "";
        grad.classList.toggle("partial", Boolean(reached) && step < part.complete);
        if (reached) {
          grad.dataset.exact = reached[3];
          grad.setAttribute("textLength", reached[4]);
          grad.setAttribute("lengthAdjust", "spacingAndGlyphs");
        } else {
          delete grad.dataset.exact;
          grad.removeAttribute("textLength");
        }
      }
      const value = card.querySelector(".data");
      const words = [part.name];
      if (value) words.push(there ? `data ${value.textContent}` : "not calculated yet");
      if (grad) words.push(reached ? `gradient ${reached[1]}${step < part.complete ? " so far" : ""}` : "no gradient yet");
      card.setAttribute("aria-label", words.join(", "));
    });
  }

  function showWires(now) {
    const shown = data.scenes[scene];
    shown.wires.forEach((wire, i) => {
      const drawn = find(`${shown.id}w${i}`), sent = last(wire.sent, step), active = now.wires.includes(i);
      drawn.classList.toggle("waiting", wire.from > step);
      drawn.classList.toggle("sent", Boolean(sent));
      for (const name of [...drawn.classList]) if (/^c\d+$/.test(name)) drawn.classList.remove(name);
      if (sent && sent[1]) drawn.classList.add(sent[1]);
      drawn.classList.toggle("now", active);
      drawn.classList.toggle("forward", active && now.kind === "forward");
      drawn.classList.toggle("backward", active && now.kind === "back");
    });
  }

  function showSum(now) {
    const table = find("sum"), part = now.parts.length ? data.scenes[scene].parts[now.parts[0]] : null;
    table.hidden = !(now.kind === "back" && part.terms.length);
    if (table.hidden) return;
    table.caption.textContent = part.sum;
    table.tBodies[0].replaceChildren(...part.terms.map(([at, source, product, amount]) => {
      const row = document.createElement("tr");
      const cells = at <= step ? [source, product, amount] : [source, "still to come", ""];
      row.append(...cells.map((text) => element("td", text)));
      row.className = at === step ? "now" : at > step ? "later" : "";
      return row;
    }));
    const reached = last(part.terms, step), foot = table.tFoot.rows[0];
    foot.cells[0].textContent = reached === part.terms[part.terms.length - 1] ? "the whole gradient" : "so far";
    foot.cells[1].textContent = reached[4];
    foot.cells[1].title = reached[5];
  }

  function showPanel(now) {
    const count = steps().length, backward = step >= first("seed");
    find("scrub").value = step;
    find("scrub").setAttribute("aria-valuetext", `step ${step} of ${count - 1}: ${now.title}`);
    find("count").textContent = `step ${step} of ${count - 1}`;
    find("title").textContent = now.title;
    find("lines").replaceChildren(...now.lines.map((line) => element("p", line)));
    find("lines").className = now.kind === "back" ? "rule" : "";
    find("forward").toggleAttribute("aria-current", false);
    find("backward").toggleAttribute("aria-current", false);
    find(backward ? "backward" : "forward").setAttribute("aria-current", "step");
    find("back").disabled = find("first").disabled = step === 0;
    find("next").disabled = find("last").disabled = step === count - 1;
    showSum(now);
  }

  function reveal(now) { // scroll the stage, and nothing else, to what the step is about
    const stage = find("stage"), view = stage.getBoundingClientRect();
    const about = now.parts.length ? now.parts : steps()[step ? step - 1 : 1].parts;
    const shown = about.map((i) => find(`${data.scenes[scene].id}n${i}`).getBoundingClientRect());
    if (!shown.length) return;
    const left = Math.min(...shown.map((r) => r.left)), right = Math.max(...shown.map((r) => r.right));
    const top = Math.min(...shown.map((r) => r.top)), bottom = Math.max(...shown.map((r) => r.bottom));
    const seen = left >= view.left && right <= view.right && top >= view.top && bottom <= view.bottom;
    if (seen) return;
    const wide = right - left > view.width, high = bottom - top > view.height, aim = shown[0];
    stage.scrollBy({
      left: (wide ? aim.left + aim.right : left + right) / 2 - (view.left + view.right) / 2,
      top: (high ? aim.top + aim.bottom : top + bottom) / 2 - (view.top + view.bottom) / 2,
      behavior: calm.matches || !settled ? "auto" : "smooth",
    });
  }

  function show(to) {
    step = Math.max(0, Math.min(steps().length - 1, to));
    const now = steps()[step];
    showCards(now);
    showWires(now);
    showPanel(now);
    reveal(now);
    remember();
    if (step === steps().length - 1) pause();
  }

  function remember() {
    const hash = `#step=${step}` + (scene ? `&detail=${scene}` : "");
    try { history.replaceState(null, "", hash); } catch { /* a frame without an address */ }
  }

  function recall(hash) {
    const asked = new URLSearchParams(hash.slice(1));
    const detail = Number(asked.get("detail") ?? scene), to = Number(asked.get("step") ?? 0);
    if (data.scenes[detail]) choose(detail);
    show(Number.isInteger(to) ? to : 0);
  }

  function choose(to) { // another level of detail, at the same moment
    const time = steps()[step].time, active = document.activeElement;
    scene = to;
    data.scenes.forEach((shown, i) => { find(shown.id).toggleAttribute("hidden", i !== scene); });
    const shown = data.scenes[scene];
    find("detail").value = scene;
    find("about").textContent = shown.about;
    find("scrub").max = shown.steps.length - 1;
    find("jump").replaceChildren(...[["", "a value …"], ...shown.parts.map((part, i) => [i, part.name])].map(([value, text]) => {
      const option = element("option", text);
      option.value = value;
      return option;
    }));
    size();
    let at = 0;
    shown.steps.forEach((s, i) => { if (s.time <= time) at = i; });
    show(at);
    if (active && active.closest(".scene")) find("detail").focus();
  }

  function size() { // all of it where it can still be read then; on a phone the part around the step, in readable size
    const drawn = find(data.scenes[scene].id), stage = find("stage"), box = drawn.viewBox.baseVal;
    const room = stage.clientWidth - 16, fit = Math.min(room / box.width, (stage.clientHeight - 16) / box.height);
    const scale = overview ? Math.min(fit, PIXELS) : PHONE.matches ? 1.15 : Math.max(Math.min(fit, 1.2), .82);
    drawn.setAttribute("width", box.width * scale);
    drawn.setAttribute("height", box.height * scale);
    find("zoom").setAttribute("aria-pressed", String(overview));
  }

  function jump(i) { // to where the value is made, or, from there and in the backward pass, to where its gradient is complete
    const part = data.scenes[scene].parts[i], seed = first("seed");
    const toGradient = part.complete >= 0 && (step === part.appears || step >= seed) && step !== part.complete;
    pause();
    show(toGradient ? part.complete : part.appears);
  }

  function pause() {
    clearTimeout(timer);
    timer = null;
    find("play").setAttribute("aria-pressed", "false");
    find("play").setAttribute("aria-label", "play");
  }

  function tick() {
    timer = setTimeout(() => {
      show(step + 1);
      if (timer !== null) tick();
    }, Number(find("pace").value));
  }

  function play() {
    if (timer !== null) return pause();
    if (step === steps().length - 1) show(0);
    find("play").setAttribute("aria-pressed", "true");
    find("play").setAttribute("aria-label", "pause");
    tick();
  }

  function go(to) { pause(); show(to); }

  function look(theme) {
    root.dataset.theme = theme;
    find("theme").textContent = theme === "dark" ? "Light" : "Dark";
  }

  function toggleOverview() { overview = !overview; size(); reveal(steps()[step]); }

  const actions = {
    ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(0), End: () => go(steps().length - 1),
    PageDown: () => go(step + 10), PageUp: () => go(step - 10), " ": play, f: () => go(0), b: () => go(first("seed")),
    o: toggleOverview,
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const drawn = target.closest?.(".card, .fold");
    if (drawn && (key === "Enter" || key === " ")) {
      event.preventDefault();
      drawn.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      return;
    }
    const typing = target.matches?.("select, input:not(#scrub)"), pressing = key === " " && target.matches?.("button, summary");
    if (typing || pressing || !actions[key]) return;
    event.preventDefault();
    actions[key]();
  });
  find("first").onclick = () => go(0);
  find("back").onclick = () => go(step - 1);
  find("play").onclick = play;
  find("next").onclick = () => go(step + 1);
  find("last").onclick = () => go(steps().length - 1);
  find("forward").onclick = () => go(0);
  find("backward").onclick = () => go(first("seed"));
  find("scrub").oninput = (event) => go(Number(event.target.value));
  find("detail").onchange = (event) => { pause(); choose(Number(event.target.value)); };
  find("jump").onchange = (event) => { if (event.target.value !== "") jump(Number(event.target.value)); event.target.value = ""; };
  find("zoom").onclick = toggleOverview;
  find("theme").onclick = () => look(root.dataset.theme === "dark" ? "light" : "dark");
  data.scenes.forEach((shown) => {
    shown.parts.forEach((part, i) => {
      find(`${shown.id}n${i}`).onclick = () => jump(i);
      if (part.opens !== null) find(`${shown.id}u${i}`).onclick = () => { pause(); choose(part.opens); };
    });
    shown.frames.forEach((closes, i) => { find(`${shown.id}f${i}`).onclick = () => { pause(); choose(closes); }; });
  });
  addEventListener("resize", size);
  addEventListener("hashchange", () => recall(location.hash));
  if (root.dataset.theme === "auto") look(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  else look(root.dataset.theme);
  const asked = location.hash;
  choose(0);
  recall(asked);
  settled = true;
})();
