"""The Make panel: a path through pins, concepts, and new images."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.features.making.view.concept_page import ConceptPage
from aegui.features.making.view.finds_page import FindsPage
from aegui.features.making.view.path_page import PathPage
from aegui.kit.layouts import Sized, column
from aegui.kit.placeholder import Placeholder

PAGES = {"path": mark("Path"), "concept": mark("Concept"), "finds": mark("Finds")}
"""Page key -> label of its tab."""
_MIN_PX = 180


class _Scrolled(QScrollArea):
    """Scroll area for a page, so that the panel fits into a small window."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)
        # The page shows the background of the panel, not that of lists.
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        """Return the width of the page and a limited height."""
        least = self._page.minimumSizeHint()
        return QSize(least.width(), min(_MIN_PX, least.height()))


class MakingPanel(Sized):
    """Three pages, or a message instead of them. Passive."""

    page_shown = Signal(str)
    """Emitted with the key of ``PAGES`` of the page that is shown from now on."""
    usual_size = QSize(640, 320)
    """Room for boxes and film."""

    def __init__(self) -> None:
        super().__init__()
        self.path = PathPage()
        self.concept = ConceptPage()
        self.finds = FindsPage()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page, label in zip((self.path, self.concept, self.finds), PAGES.values(), strict=True):
            self.tabs.addTab(_Scrolled(page), tr(label))
        self.tabs.currentChanged.connect(lambda at: self.page_shown.emit(tuple(PAGES)[at]))
        self.placeholder = Placeholder(self.tabs)
        self.setLayout(column(self.placeholder))
        self.set_message("")

    def show_page(self, key: str) -> None:
        """Show the page ``key`` of ``PAGES``."""
        self.tabs.setCurrentIndex(tuple(PAGES).index(key))

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of the pages; "" shows the pages."""
        if text:
            self.placeholder.say(text)
        else:
            self.placeholder.show_content()
