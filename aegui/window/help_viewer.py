"""The guide: Markdown pages with a list of pages at the side."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Slot
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
from aegui.kit.layouts import column, dim, open_at, row
from aegui.kit.marks import search_field
from aegui.kit.theme import SPACING
from aegui.paths import resources_dir
from aegui.session.jobs.clock import one_shot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)

_REST_MS = 80
_CELL_PX = 5


def guide_pages() -> tuple[Path, ...]:
    """Return the guide's pages in the current language, or else English, sorted by file name."""
    folder = resources_dir() / "guide"
    for code in (language(), "en"):
        pages = tuple(sorted((folder / code).glob("*.md")))
        if pages:
            return pages
    return ()


def page_title(page: Path) -> str:
    """Return the first heading of ``page``, or its file name."""
    with page.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                return line.lstrip("#").strip()
    return page.stem


def guide_headings() -> Iterator[tuple[str, str, str]]:
    """Yield file name and title of the page, and the heading, for every heading of the guide."""
    for page in guide_pages():
        title, fenced = "", False
        for line in page.read_text(encoding="utf-8").splitlines():
            fenced ^= line.startswith("```")
            if line.startswith("#") and not fenced:
                heading = line.lstrip("#").strip()
                title = title or heading
                yield page.name, title, heading


class _Page(QTextBrowser):
    """One page: pictures are scaled to its width, formulas and tables are highlighted."""

    def __init__(self) -> None:
        super().__init__()
        self._markdown = ""
        self._shown_px = 0
        self.setOpenLinks(False)
        self.setAccessibleName(tr("Page of the guide"))
        # Always on: a scroll bar that appears would change the width available to the pictures.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.document().setDocumentMargin(2 * SPACING)
        self._rest = one_shot(self, self._on_rest_timeout, _REST_MS)

    def set_page(self, content: str, folder: Path) -> None:
        """Show ``content``; paths of pictures are relative to ``folder``."""
        self.document().setBaseUrl(QUrl.fromLocalFile(f"{folder}/"))
        self._markdown = content
        self._show()

    def go_to(self, heading: str) -> None:
        """Scroll to ``heading``."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text().strip() == heading:
                self.setTextCursor(QTextCursor(block))
                top = self.cursorRect().top() + self.verticalScrollBar().value()
                self.verticalScrollBar().setValue(round(top) - SPACING)
                return
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture scaled to the available width for this screen, else Qt's resource."""
        url = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value or not url.isLocalFile():
            return super().loadResource(kind, name)
        image = QImage(url.toLocalFile())
        ratio = self.devicePixelRatioF()
        width = round(self._text_width_px() * ratio)
        if image.width() > width:
            image = image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
            image.setDevicePixelRatio(ratio)
        return image

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rescale the pictures once resizing has ended."""
        super().resizeEvent(event)
        if self._markdown and self._text_width_px() != self._shown_px:
            self._rest.start()

    def _text_width_px(self) -> int:
        return max(200, self.viewport().width() - round(2 * self.document().documentMargin()) - 2)

    def _show(self) -> None:
        self._shown_px = self._text_width_px()
        # Otherwise Qt keeps the pictures at their old size.
        self.document().clear()
        self.setMarkdown(self._markdown)
        _dress(self.document(), self)

    @Slot()
    def _on_rest_timeout(self) -> None:
        place = self.verticalScrollBar().value()
        self._show()
        self.verticalScrollBar().setValue(place)


def _dress(document: QTextDocument, widget: QWidget) -> None:
    """Set a background for formulas, and the padding of tables; Markdown has no syntax for it."""
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
    """Shows one page at a time; links open other pages, or the web browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        open_at(self, 1000, 720)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Pages of the guide"))
        self._list.setMaximumWidth(260)
        self._list.setSpacing(2)
        self._text = _Page()
        self.search = search_field(tr("Search the guide"))
        self.search.setMaximumWidth(260)
        self._said = dim()
        self._said.setWordWrap(True)
        self.search.returnPressed.connect(self._on_search_return_pressed)
        side = column(self.search, self._said, (self._list, 1))
        self._said.hide()
        margins = (SPACING, SPACING, SPACING, SPACING)
        self.setLayout(row(side, (self._text, 1), margins=margins))
        self._pages = {page.name: page for page in guide_pages()}
        for page in self._pages.values():
            self._list.addItem(QListWidgetItem(page_title(page)))
        self._list.currentRowChanged.connect(self._on_list_current_row_changed)
        self._text.anchorClicked.connect(self._on_text_anchor_clicked)
        if self._pages:
            self._list.setCurrentRow(0)
        else:
            self._text.setPlainText(tr("The files of the guide are missing."))

    def show_at(self, page: str, heading: str = "") -> None:
        """Show the page with this file name, scrolled to ``heading``."""
        if page not in self._pages:
            return
        self._list.setCurrentRow(list(self._pages).index(page))
        self._text.go_to(heading)

    def find_words(self, words: str) -> bool:
        """Go to the next occurrence of ``words``, here or on a later page; return whether found."""
        if not words or self._text.find(words):
            return bool(words)
        first = self._list.currentRow()
        for step in range(1, self._list.count() + 1):
            row = (first + step) % self._list.count()
            page = list(self._pages.values())[row]
            if words.casefold() in page.read_text(encoding="utf-8").casefold():
                self._list.setCurrentRow(row)
                self._text.moveCursor(QTextCursor.MoveOperation.Start)
                if self._text.find(words):
                    return True
        return False

    @property
    def text(self) -> str:
        """The plain text of the current page."""
        return self._text.toPlainText()

    @Slot()
    def _on_search_return_pressed(self) -> None:
        words = self.search.text().strip()
        is_found = self.find_words(words) or not words
        self._said.setVisible(not is_found)
        self._said.setText(
            "" if is_found else tr("{words} was not found in the guide.", words=words)
        )

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
