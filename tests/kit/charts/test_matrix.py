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


def written_names(plot: NumberMatrix, paper: Paper) -> list[str]:
    text = figure_bytes(Figure("apart", "Apart", (plot,)), paper, "svg").decode()
    return [html.unescape(one).strip() for one in re.findall(r"<text[^>]*>([^<]*)", text)]


def of_noises(levels: tuple[str, ...]) -> NumberMatrix:
    """Return a matrix whose rows have the names of one long kind of noise at ``levels``."""
    rows = tuple(f"Salt and pepper noise of level {level}" for level in levels)
    texts = tuple(("1",) for _ in rows)
    return NumberMatrix(texts, np.full((len(rows), 1), 0.5), rows, ("0",), "", "noise")


def test_long_names_of_rows_take_several_lines(qapp: QApplication) -> None:
    written = written_names(of_noises(("0.1", "0.3")), Paper(9.0, 6.0, title=False, origin=False))
    assert not any("…" in one for one in written)
    assert " ".join(written).count("Salt and pepper noise") == 2


def test_names_without_room_for_lines_keep_their_ends(qapp: QApplication) -> None:
    levels = tuple(f"0.{number}" for number in range(10, 30))
    written = written_names(of_noises(levels), Paper(9.0, 6.0, title=False, origin=False))
    assert sum("…" in one for one in written) == len(levels)
    assert {one[-2:] for one in written if "…" in one} == {level[-2:] for level in levels}


def test_columns_of_a_group_have_its_name_once_and_their_own_names_each(
    qapp: QApplication,
) -> None:
    levels = ("0.05", "0.1", "0.2", "0.3", "0.5")
    kinds = ("Salt and pepper", "Flip")
    columns = ("none", *(f"{kind}\n{level}" for kind in kinds for level in levels))
    plot = NumberMatrix((("1",) * 11,), np.full((1, 11), 0.5), ("none",), columns, "", "noise")
    written = written_names(plot, Paper(12.0, 6.0, title=False, origin=False))
    assert all(written.count(level) == len(kinds) for level in levels)
    assert all(written.count(kind) == 1 for kind in kinds)


def test_a_slide_has_all_names_and_figures_of_a_character_set(qapp: QApplication) -> None:
    names = tuple(f"r{number}" for number in range(32))
    columns = tuple(f"c{number}" for number in range(32))
    texts = tuple(tuple(str(row + column) for column in range(32)) for row in range(32))
    plot = NumberMatrix(texts, np.full((32, 32), 0.5), names, columns, "", "character")
    paper = Paper(20.0, 8.8, title=False, origin=False)
    written = written_names(plot, paper)
    assert {*names, *columns} <= set(written)
    assert sum(one.isdecimal() for one in written) == 32 * 32
