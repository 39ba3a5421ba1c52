"""The guide's window: images are fitted, formulas and tables stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextBlock, QTextCursor, QTextTable
from PySide6.QtWidgets import QListWidget, QTextBrowser

from aegui.window.help_viewer import HelpViewer

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

PAGE = """# A model

Before.

```
L  =  E + KL
KL =  0
```

| a | b |
|---|---|
| 1 | 2 |

![Wide](../images/wide.png)
"""
WIDE_PX = 3000


@pytest.fixture
def viewer(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HelpViewer:
    """Show the guide with a single page."""
    for folder in ("en", "images"):
        (tmp_path / "guide" / folder).mkdir(parents=True)
    (tmp_path / "guide" / "en" / "01-model.md").write_text(PAGE, encoding="utf-8")
    image = QImage(WIDE_PX, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(tmp_path / "guide" / "images" / "wide.png"))
    monkeypatch.setattr("aegui.window.help_viewer.resources_dir", lambda: tmp_path)
    shown = HelpViewer()
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def _text(viewer: HelpViewer) -> QTextBrowser:
    return viewer.findChildren(QTextBrowser)[0]


def _block(viewer: HelpViewer, beginning: str) -> QTextBlock:
    block = _text(viewer).document().begin()
    while block.isValid() and not block.text().startswith(beginning):
        block = block.next()
    assert block.isValid()
    return block


def test_the_title_is_in_the_list(viewer: HelpViewer) -> None:
    item = viewer.findChildren(QListWidget)[0].item(0)
    assert item is not None
    assert item.text() == "A model"


def test_pictures_are_never_wider_than_the_page(viewer: HelpViewer, qtbot: QtBot) -> None:
    text = _text(viewer)
    qtbot.waitUntil(lambda: text.document().idealWidth() <= text.viewport().width())
    assert not text.horizontalScrollBar().maximum()
    viewer.resize(700, 500)
    qtbot.waitUntil(lambda: text.document().idealWidth() <= text.viewport().width())
    assert text.document().idealWidth() > 200


def test_formulas_have_a_ground(viewer: HelpViewer) -> None:
    plain, first, second = (_block(viewer, words) for words in ("Before", "L  =", "KL ="))
    ground = viewer.palette().button().color()
    assert plain.blockFormat().background().style() == Qt.BrushStyle.NoBrush
    for block in (first, second):
        assert block.blockFormat().background().color() == ground
    assert first.blockFormat().topMargin() > first.blockFormat().bottomMargin()


def test_tables_have_air(viewer: HelpViewer) -> None:
    table = QTextCursor(_block(viewer, "1")).currentTable()
    assert isinstance(table, QTextTable)
    assert table.format().cellPadding() > 0


def test_the_page_comes_to_rest(viewer: HelpViewer, qtbot: QtBot) -> None:
    text = _text(viewer)
    shown: list[int] = []
    text.textChanged.connect(lambda: shown.append(1))
    viewer.resize(800, 400)
    qtbot.waitUntil(lambda: bool(shown))
    qtbot.wait(300)
    count = len(shown)
    qtbot.wait(300)
    assert len(shown) == count
