"""A matrix of many rows on a low page: small text rather than none."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import numpy as np

from aegui.kit.charts.figure import Figure, figure_bytes
from aegui.kit.charts.matrix import NumberMatrix
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_a_slide_has_all_names_and_figures_of_a_character_set(qapp: QApplication) -> None:
    names = tuple(f"r{number}" for number in range(32))
    columns = tuple(f"c{number}" for number in range(32))
    texts = tuple(tuple(str(row + column) for column in range(32)) for row in range(32))
    plot = NumberMatrix(texts, np.full((32, 32), 0.5), names, columns, "", "character")
    paper = Paper(20.0, 8.8, title=False, origin=False)
    text = figure_bytes(Figure("apart", "Apart", (plot,)), paper, "svg").decode()
    written = [html.unescape(one).strip() for one in re.findall(r"<text[^>]*>([^<]*)", text)]
    assert {*names, *columns} <= set(written)
    assert sum(one.isdecimal() for one in written) == 32 * 32
