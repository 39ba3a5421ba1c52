"""The guide: pages in Markdown with a list of them at the side."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser

from aegui.core.i18n import language, tr
from aegui.paths import resources_dir
from aegui.widgets.theme import SPACING

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)


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


class HelpViewer(QDialog):
    """Shows one page at a time; links lead to other pages, or out to the browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.resize(860, 600)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Pages of the guide"))
        self._list.setMaximumWidth(220)
        self._text = QTextBrowser()
        self._text.setOpenLinks(False)
        self._text.document().setDocumentMargin(2 * SPACING)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.addWidget(self._list)
        layout.addWidget(self._text, 1)
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
        self._text.document().setBaseUrl(QUrl.fromLocalFile(str(page.parent) + "/"))
        self._text.setMarkdown(content)

    @Slot(QUrl)
    def _on_text_anchor_clicked(self, url: QUrl) -> None:
        name = url.fileName()
        if name in self._pages and url.scheme() in ("", "file"):
            self._list.setCurrentRow(list(self._pages).index(name))
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
