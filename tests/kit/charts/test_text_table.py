"""Text tables, and figures as pages of a PDF."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from aegui.kit.charts.figure import Figure, Paper, book_pdf
from aegui.kit.charts.ink import PAPERS, Ink
from aegui.kit.charts.text_table import TextTable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

pytestmark = pytest.mark.usefixtures("qapp")
LONG = TextTable(("what", "why"), (("a", "word " * 60), ("35-64-32-2-32-64-35" * 6, "b")))


def dark_rows(table: TextTable, width: int, height: int) -> list[int]:
    """Return the rows of pixels with content, painted in a larger image."""
    image = QImage(width + 80, height + 80, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    table.paint(Ink(painter, PAPERS["light"]), QRectF(40.0, 40.0, width, height))
    painter.end()
    return [
        y
        for y in range(image.height())
        if any(image.pixel(x, y) != 0xFFFFFFFF for x in range(image.width()))
    ]


def test_a_table_stays_in_its_room_however_long_its_words(qapp: QApplication) -> None:
    rows = dark_rows(LONG, 300, 120)
    assert rows
    assert rows[0] >= 38
    assert rows[-1] <= 162


def test_words_stay_whole_and_columns_apart(qapp: QApplication) -> None:
    head = ("regularisation", "wrong pixels", "parameters", "at the goal", "published")
    table = TextTable(head, (("off", "0.00625 ± 0.019", "2,397", "10/10", "0.00029"),) * 3)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ink = Ink(painter, PAPERS["light"])
    written: list[tuple[str, QRectF]] = []
    ink.write = lambda text, rect, *_, **__: written.append((text, rect))  # type: ignore[method-assign]
    table.paint(ink, QRectF(0.0, 0.0, 300.0, 150.0))
    painter.end()
    known = {word for row in (head, *table.rows) for text in row for word in text.split()}
    assert {word for text, _ in written for word in text.split()} == known
    first = [rect for _, rect in written if rect.top() == 0.0]
    assert all(a.right() < b.left() for a, b in itertools.pairwise(first))


def test_somewhat_smaller_letters_are_better_than_broken_lines(qapp: QApplication) -> None:
    table = TextTable(("rate", "loss at the end"), (("0.1 x 0.9995^t", "7.538e-07 ± 1.1e-06"),) * 3)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ink = Ink(painter, PAPERS["light"])
    across = 0.85 * sum(ink.metrics(10.0).horizontalAdvance(text) for text in table.rows[0])
    written: list[str] = []
    ink.write = lambda text, *_, **__: written.append(text)  # type: ignore[method-assign]
    table.paint(ink, QRectF(0.0, 0.0, across, 150.0))
    painter.end()
    assert set(table.rows[0]) <= set(written)


def test_a_small_table_is_written_in_large_letters(qapp: QApplication) -> None:
    small = TextTable(("what", "why"), (("a", "b"),))
    assert dark_rows(small, 300, 120)[-1] < 90


def test_a_book_has_a_page_for_each_figure(qapp: QApplication) -> None:
    figure = Figure("x", "A finding", (LONG,), "seed 0")
    content = book_pdf([figure, figure, figure], Paper(20.0, 9.6), "Ours")
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 3
    boxes = re.findall(rb"/MediaBox \[([^\]]*)\]", content)
    assert len(boxes) == 3
    for box in boxes:
        left, low, right, high = map(float, box.split())
        assert right - left == pytest.approx(20.0 / 2.54 * 72, abs=0.01)
        assert high - low == pytest.approx(9.6 / 2.54 * 72, abs=0.01)
