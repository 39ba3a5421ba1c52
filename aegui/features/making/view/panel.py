"""The panel for making things: a way through pins, concepts, new images."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.features.making.view.concept_page import ConceptPage
from aegui.features.making.view.finds_page import FindsPage
from aegui.features.making.view.path_page import PathPage
from aegui.kit.layouts import column
from aegui.kit.placeholder import Placeholder

_LEAST_PX = 180


class _Scrolled(QScrollArea):
    """A page in less height than it needs: a small window must hold it too."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)
        # The page lies on the ground of the panel, not on that of lists.
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        """All of the width, and some of the height."""
        least = self._page.minimumSizeHint()
        return QSize(least.width(), min(_LEAST_PX, least.height()))


class MakingPanel(QWidget):
    """Three pages, or a message instead of them. Passive."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = PathPage()
        self.concept = ConceptPage()
        self.finds = FindsPage()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(_Scrolled(self.path), tr("Path"))
        self.tabs.addTab(_Scrolled(self.concept), tr("Concept"))
        self.tabs.addTab(_Scrolled(self.finds), tr("Finds"))
        self.placeholder = Placeholder(self.tabs)
        self.setLayout(column(self.placeholder))
        self.set_message("")

    def sizeHint(self) -> QSize:
        """Room for boxes and film."""
        return QSize(640, 320)

    def show_page(self, key: str) -> None:
        """Bring ``path``, ``concept`` or ``finds`` to the front."""
        pages = ("path", "concept", "finds")
        self.tabs.setCurrentIndex(pages.index(key))

    def set_message(self, text: str) -> None:
        """Say ``text`` instead of the pages; "": show them."""
        if text:
            self.placeholder.say(text)
        else:
            self.placeholder.show_content()
