"""The page of a hand-in in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.report.web import WebFigure, report_html
from tests.harness.browser import Browser, browser_program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    browser_program() is None, reason="no browser here: Debian's package is called chromium"
)

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><text y="40">a</text></svg>'
_BODY = "getComputedStyle(document.body)"


def brightness(browser: Browser, colour: str) -> float:
    """Return the mean of red, green and blue of a computed colour, 0 to 255."""
    numbers: list[float] = browser.value(f"({colour}).match(/\\d+/g).slice(0, 3).map(Number)")
    return sum(numbers) / 3


def test_the_page_is_dark_where_that_is_preferred_and_light_on_paper(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    figure = WebFigure("01-loss", "Training", "It learns.", _SVG, "aegui train", "f1")
    path.write_text(report_html("Letters", [figure]), encoding="utf-8")
    with Browser(tmp_path / "profile") as browser:
        browser.open(path)
        for scheme, medium in (("light", ""), ("dark", ""), ("dark", "print")):
            feature = {"name": "prefers-color-scheme", "value": scheme}
            browser.ask("Emulation.setEmulatedMedia", media=medium, features=[feature])
            ink, ground = (
                brightness(browser, f"{_BODY}.{name}") for name in ("color", "backgroundColor")
            )
            is_dark = scheme == "dark" and not medium
            assert (ink > ground) == is_dark
            assert abs(ink - ground) > 180
            figure_ground = "getComputedStyle(document.querySelector('img')).backgroundColor"
            assert brightness(browser, figure_ground) == 255, "figures are as on paper"
        assert browser.errors == []
