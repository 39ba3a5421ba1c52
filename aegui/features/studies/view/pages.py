"""The ways to look at what a study has found: one page each, behind a row of tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from aegui.core.i18n import mark, tr
from aegui.kit.layouts import column
from aegui.shell.feature import class_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aegui.core.study.material import StudyMaterial
    from aegui.features.studies.model.study_runs import StudySheet

    States = Callable[[], Iterator[object]]
    Taker = Callable[[object], None]
    Making = Callable[[States, Taker, bool], None]

NOTHING = -1
"""In place of a setting: none is chosen."""


def make_at_once(states: States, take: Taker, gentle: bool) -> None:
    """Give ``take`` what ``states`` makes, in this thread.

    In its place a window has what does it in the background, where newer work takes the place of
    older, and what is ``gentle`` is done with pauses.
    """
    del gentle
    for state in states():
        take(state)


class StudyView(QWidget):
    """What is asked for where a study is looked at."""

    setting_chosen = Signal(int)
    """The place of a setting among ``result.cells``; ``NOTHING``: none."""
    network_requested = Signal(int, int)
    """Show the network of the setting at that place with that seed on the map."""
    networks_requested = Signal(int)
    """Show the networks of the setting at that place on the map."""
    step_requested = Signal(int)
    """Show the next one of these networks, or the one before."""
    material_requested = Signal()
    """Histories and networks of the study are wanted; ``set_material`` follows."""


class StudyPage(StudyView):
    """One way to look at a study; what is chosen in it is chosen in all of them."""

    def hasHeightForWidth(self) -> bool:
        """It fills the room that there is: a head that breaks into lines takes from the rest."""
        return False

    making: Making = staticmethod(make_at_once)
    """How what takes long is made."""

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show a study as it is known now; asked only while the page is in sight."""
        raise NotImplementedError

    def set_chosen(self, place: int) -> None:
        """Mark the setting that is chosen; by default there is nothing to mark."""
        del place

    def set_material(self, material: StudyMaterial) -> None:
        """Take what was asked for by ``material_requested``; by default nothing ever is."""
        del material


@dataclass(frozen=True)
class PageSpec:
    """A page before it is made.

    Attributes:
        key: What it is called in code.
        title: What its tab says, marked.
        place: Its class, a ``StudyPage``, as ``package.module:Class``; made when first seen.
    """

    key: str
    title: str
    place: str


_VIEW = "aegui.features.studies.view"
PAGES = (
    PageSpec("overview", mark("Overview"), f"{_VIEW}.overview_page:OverviewPage"),
    PageSpec("phase", mark("Phase diagram"), f"{_VIEW}.phase_page:PhasePage"),
)
"""In the order of their tabs."""


class ResultPages(StudyView):
    """Shows one of the pages at a time; only that one follows a study while it runs."""

    def __init__(self, specs: Sequence[PageSpec] = PAGES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = tuple(specs)
        self._pages: dict[str, StudyPage] = {}
        self._sheet: StudySheet | None = None
        self.chosen = NOTHING
        """The place of the setting that is chosen, or ``NOTHING``."""
        self._making: Making = make_at_once
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Ways to look at the study"))
        for spec in self._specs:
            self.tabs.addTab(tr(spec.title))
        self._stack = QStackedWidget()
        self.setLayout(column(self.tabs, (self._stack, 1), spacing=0))
        self.tabs.currentChanged.connect(self._on_tabs_current_changed)
        self._on_tabs_current_changed(self.tabs.currentIndex())

    def page(self, key: str) -> StudyPage:
        """The page of that key, made now if it has not been seen yet."""
        if key not in self._pages:
            spec = next(spec for spec in self._specs if spec.key == key)
            page = class_at(spec.place)()
            if not isinstance(page, StudyPage):
                raise TypeError(spec.place)
            page.making = self._making
            page.setting_chosen.connect(self.choose)
            page.network_requested.connect(self.network_requested)
            page.material_requested.connect(self.material_requested)
            page.networks_requested.connect(self.networks_requested)
            page.step_requested.connect(self.step_requested)
            self._stack.addWidget(page)
            self._pages[key] = page
        return self._pages[key]

    def set_making(self, making: Making) -> None:
        """Have what takes long made otherwise than at once, see ``make_at_once``."""
        self._making = making
        for page in self._pages.values():
            page.making = making

    def show_page(self, key: str) -> None:
        """Bring a page to the front."""
        self.tabs.setCurrentIndex([spec.key for spec in self._specs].index(key))

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show a study as it is known now."""
        if self._sheet is not None and self._sheet.path != sheet.path:
            self.chosen = NOTHING
        elif self._sheet is not None and sheet.result is None:
            # While a plan is edited, what was found of the one before stays in sight.
            return
        self._sheet = sheet
        self._fill()

    def set_material(self, material: StudyMaterial) -> None:
        """Give the pages what was asked for by ``material_requested``."""
        for page in self._pages.values():
            page.set_material(material)

    def choose(self, place: int) -> None:
        """Choose a setting, on every page."""
        if place == self.chosen:
            return
        self.chosen = place
        for page in self._pages.values():
            page.set_chosen(place)
        self.setting_chosen.emit(place)

    def _on_tabs_current_changed(self, place: int) -> None:
        self._stack.setCurrentWidget(self.page(self._specs[place].key))
        self._fill()

    def _fill(self) -> None:
        page = self._stack.currentWidget()
        if self._sheet is not None and isinstance(page, StudyPage):
            page.set_sheet(self._sheet)
            page.set_chosen(self.chosen)
