"""The panel of races: two pages behind tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar

from aegui.core.i18n import mark, tr
from aegui.features.races.view.race_page import RacePage
from aegui.features.races.view.smallest_page import SmallestPage
from aegui.kit.layouts import Sized, column

PAGES = (("race", mark("Optimisers")), ("smallest", mark("Smallest network")))


class RacesPanel(Sized):
    """Passive panel; user actions are emitted by its pages."""

    page_chosen = Signal(str)
    """Emitted with a key of ``PAGES`` when a page was shown."""
    usual_size = QSize(900, 410)
    """Room for lines, trails and a table."""

    def __init__(self) -> None:
        super().__init__()
        self.race = RacePage()
        self.smallest = SmallestPage()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Races"))
        self._stack = QStackedWidget()
        for (_, title), page in zip(PAGES, (self.race, self.smallest), strict=True):
            self.tabs.addTab(tr(title))
            self._stack.addWidget(page)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda at: self.page_chosen.emit(PAGES[at][0]))
        self.setLayout(column(self.tabs, (self._stack, 1), spacing=0))

    def show_page(self, key: str) -> None:
        """Show a page."""
        self.tabs.setCurrentIndex([name for name, _ in PAGES].index(key))
