"""Web pages: file size, and latency from pointer to image in a real browser."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from aegui.core.run_file.saved import load_run
from aegui.core.web_page.document import page_html
from aegui.core.web_page.exhibit import Exhibit
from aegui.paths import models_dir
from tests.bench.figures import Figure, at_most, percentile
from tests.harness.browser import Browser, browser_program

_GOALS = {"letters-2d": (150, 16), "letters-denoise": (150, 16), "mnist-vae-2": (2_000, None)}
"""Kilobytes and milliseconds; others are told."""
_MODELS = (*_GOALS, "emoji-faces", "fashion-gan")
_MOVES = 150
_WATCH = """(() => {
  window.waits = [];
  let moved = 0;
  const paint = aegui.map.paintNow.bind(aegui.map);
  aegui.map.paintNow = () => {
    paint();
    if (moved) { waits.push(performance.now() - moved); moved = 0; }
  };
  aegui.map.canvas.addEventListener("pointermove", (event) => { moved ||= event.timeStamp; }, true);
})()"""


def measure() -> list[Figure]:
    """Measure the size of each page, and the time from the pointer event to the end of painting."""
    figures = []
    if browser_program() is None:
        return [Figure("web pages: no browser here (Debian: chromium)", 0.0, "")]
    with tempfile.TemporaryDirectory() as folder, Browser(Path(folder) / "profile") as browser:
        for name in _MODELS:
            path = Path(folder) / "page.html"
            saved = load_run(models_dir() / f"{name}.aegui")
            path.write_text(page_html([Exhibit.of_saved(name, saved)]), encoding="utf-8")
            size, soon = _GOALS.get(name, (None, None))
            figures.append(_figure(f"{name}: page", path.stat().st_size / 1000, "KB", size))
            waits = _waits(browser, path)
            figures.append(_figure(f"{name}: painted p50", percentile(waits, 50), "ms", soon))
            figures.append(_figure(f"{name}: painted p99", percentile(waits, 99), "ms", None))
    return figures


def _figure(name: str, value: float, unit: str, goal: float | None) -> Figure:
    return Figure(name, value, unit) if goal is None else at_most(name, value, unit, goal)


def _waits(browser: Browser, path: Path) -> list[float]:
    browser.open(path)
    browser.wait_for("window.aegui && aegui.map.width > 0 && !aegui.map.waiting.length")
    browser.value(_WATCH)
    x, y = browser.middle("#map")
    for turn in np.linspace(0.0, 2 * np.pi, _MOVES):
        browser.mouse("moved", x + 200 * np.cos(turn), y + 150 * np.sin(turn))
    waits: list[float] = browser.value("waits")
    return waits
