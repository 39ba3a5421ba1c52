"""The guide: pages in Markdown with a list of them at the side."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QTextBrowser

from aegui.core.i18n import language, tr
from aegui.kit.layouts import row
from aegui.kit.theme import SPACING
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)

_REST_MS = 80
_CELL_PX = 5


def guide_pages() -> tuple[Path, ...]:
    """Pages of the guide in the language in force, or in English, in the order of their names."""
    folder = resources_dir() / "guide"
    for code in (language(), "en"):
        pages = tuple(sorted((folder / code).glob("*.md")))
        if pages:
            return pages
    return ()


def page_title(page: Path) -> str:
    """The first heading of ``page``, or its name."""
    with page.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                return line.lstrip("#").strip()
    return page.stem


class _Page(QTextBrowser):
    """One page: pictures are never wider than it is, formulas and tables stand out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._markdown = ""
        self._shown_px = 0
        self.setOpenLinks(False)
        # Its coming and going would change the room that there is for the pictures.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.document().setDocumentMargin(2 * SPACING)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._on_rest_timeout)

    def set_page(self, content: str, folder: Path) -> None:
        """Show ``content``, whose pictures are named from ``folder``."""
        self.document().setBaseUrl(QUrl.fromLocalFile(f"{folder}/"))
        self._markdown = content
        self._show()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A picture as wide as there is room, in the pixels of the screen; else as Qt has it."""
        url = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value or not url.isLocalFile():
            return super().loadResource(kind, name)
        image = QImage(url.toLocalFile())
        ratio = self.devicePixelRatioF()
        room = round(self._room_px() * ratio)
        if image.width() > room:
            image = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
            image.setDevicePixelRatio(ratio)
        return image

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew when the size has come to rest."""
        super().resizeEvent(event)
        if self._markdown and self._room_px() != self._shown_px:
            self._rest.start()

    def _room_px(self) -> int:
        return max(200, self.viewport().width() - round(2 * self.document().documentMargin()) - 2)

    def _show(self) -> None:
        self._shown_px = self._room_px()
        # Without it Qt keeps the pictures as they were.
        self.document().clear()
        self.setMarkdown(self._markdown)
        _dress(self.document(), self)

    @Slot()
    def _on_rest_timeout(self) -> None:
        place = self.verticalScrollBar().value()
        self._show()
        self.verticalScrollBar().setValue(place)


def _dress(document: QTextDocument, widget: QWidget) -> None:
    """Give formulas a ground of their own, and tables some air; Markdown cannot say it."""
    ground = widget.palette().button()
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        table = QTextCursor(block).currentTable()
        if isinstance(table, QTextTable):
            _dress_table(table)
        elif _is_formula(block):
            form = QTextBlockFormat()
            form.setBackground(ground)
            form.setLeftMargin(SPACING)
            form.setTextIndent(SPACING)
            form.setTopMargin(0 if _is_formula(block.previous()) else SPACING)
            form.setBottomMargin(0 if _is_formula(block.next()) else SPACING)
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(form)
        block = block.next()


def _is_formula(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(
        QTextFormat.Property.BlockCodeFence.value
    )


def _dress_table(table: QTextTable) -> None:
    form = table.format()
    if form.cellPadding() == _CELL_PX:
        return
    form.setCellPadding(_CELL_PX)
    form.setTopMargin(SPACING)
    form.setCellSpacing(0)
    form.setBorderCollapse(True)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(form)


class HelpViewer(QDialog):
    """Shows one page at a time; links lead to other pages, or out to the browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.resize(1000, 720)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Pages of the guide"))
        self._list.setMaximumWidth(260)
        self._list.setSpacing(2)
        self._text = _Page()
        self.setLayout(
            row(self._list, (self._text, 1), margins=(SPACING, SPACING, SPACING, SPACING))
        )
        self._pages = {page.name: page for page in guide_pages()}
        for page in self._pages.values():
            self._list.addItem(QListWidgetItem(page_title(page)))
        self._list.currentRowChanged.connect(self._on_list_current_row_changed)
        self._text.anchorClicked.connect(self._on_text_anchor_clicked)
        if self._pages:
            self._list.setCurrentRow(0)
        else:
            self._text.setPlainText(tr("The guide is not there: its files are missing."))

    @property
    def text(self) -> str:
        """What the page in sight says."""
        return self._text.toPlainText()

    @Slot(int)
    def _on_list_current_row_changed(self, row: int) -> None:
        page = list(self._pages.values())[row]
        try:
            content = page.read_text(encoding="utf-8")
        except OSError as error:
            _log.info("%s could not be read: %s", page, error)
            content = tr("{file} could not be read.", file=page.name)
        self._text.set_page(content, page.parent)

    @Slot(QUrl)
    def _on_text_anchor_clicked(self, url: QUrl) -> None:
        name = url.fileName()
        if name in self._pages and url.scheme() in ("", "file"):
            self._list.setCurrentRow(list(self._pages).index(name))
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
