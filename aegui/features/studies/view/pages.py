"""The pages of the results of a study, behind a row of tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column
from aegui.shell.feature import class_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aegui.core.study.material import StudyMaterial
    from aegui.features.studies.model.study_runs import StudySheet

    States = Callable[[], Iterator[object]]
    Taker = Callable[[object], None]
    Making = Callable[[States, Taker, bool], None]

NOTHING = -1
"""Index in place of a setting if none is selected."""


def make_at_once(states: States, take: Taker, gentle: bool) -> None:
    """Call ``take`` with each value of ``states`` in this thread.

    Windows replace this default by a background job, in which newer work replaces older and
    ``gentle`` work is done with pauses.
    """
    del gentle
    for state in states():
        take(state)


class StudyView(QWidget):
    """Signals of all widgets that show the results of a study."""

    setting_chosen = Signal(int)
    """Emitted with the index of a setting in ``result.cells``, or ``NOTHING``."""
    network_requested = Signal(int, int)
    """Emitted with the index of a setting and a seed, to show that network on the map."""
    networks_requested = Signal(int)
    """Emitted with the index of a setting, to show its networks on the map."""
    step_requested = Signal(int)
    """Emitted with +1 or -1, to show the next or the previous of these networks."""
    material_requested = Signal()
    """Emitted to request histories and networks of the study; ``set_material`` follows."""


class StudyPage(StudyView):
    """One view of a study; the selected setting is shared by all pages."""

    def hasHeightForWidth(self) -> bool:
        """Return False: the page fills its area, and a wrapped header shrinks the rest."""
        return False

    making: Making = staticmethod(make_at_once)
    """How pictures are made, see ``make_at_once``."""

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show a study; called only while the page is visible."""
        raise NotImplementedError

    def set_chosen(self, index: int) -> None:
        """Mark the selected setting; does nothing by default."""
        del index

    def set_material(self, material: StudyMaterial) -> None:
        """Set the data requested by ``material_requested``; does nothing by default."""
        del material


@dataclass(frozen=True)
class PageSpec:
    """Describes a page that is created on demand."""

    key: str
    """Key of the page."""
    title: str
    """Title of its tab, marked for translation."""
    class_path: str
    """Its class, a ``StudyPage``, as ``package.module:Class``."""


_VIEW = "aegui.features.studies.view"
PAGES = (
    PageSpec("overview", mark("Overview"), f"{_VIEW}.overview_page:OverviewPage"),
    PageSpec("phase", mark("Phase diagram"), f"{_VIEW}.phase_page:PhasePage"),
)
"""In the order of their tabs."""


class ResultPages(StudyView):
    """Shows one page at a time; only the visible page is updated while a study runs."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[str, StudyPage] = {}
        self._sheet: StudySheet | None = None
        self.chosen = NOTHING
        """Index of the selected setting, or ``NOTHING``."""
        self._making: Making = make_at_once
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Ways to look at the study"))
        for spec in PAGES:
            self.tabs.addTab(tr(spec.title))
        self._stack = QStackedWidget()
        self.setLayout(column(self.tabs, (self._stack, 1), spacing=0))
        self.tabs.currentChanged.connect(self._on_tabs_current_changed)
        self._on_tabs_current_changed(self.tabs.currentIndex())

    def page(self, key: str) -> StudyPage:
        """Return the page ``key``, creating it on first use."""
        if key not in self._pages:
            spec = next(spec for spec in PAGES if spec.key == key)
            page = class_at(spec.class_path)()
            if not isinstance(page, StudyPage):
                raise TypeError(spec.class_path)
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
        """Set how pictures are made, see ``make_at_once``."""
        self._making = making
        for page in self._pages.values():
            page.making = making

    def show_page(self, key: str) -> None:
        """Show a page."""
        self.tabs.setCurrentIndex([spec.key for spec in PAGES].index(key))

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show a study."""
        if self._sheet is not None and self._sheet.path != sheet.path:
            self.chosen = NOTHING
        elif self._sheet is not None and sheet.result is None:
            # While a plan is edited, the results of the previous plan stay visible.
            return
        self._sheet = sheet
        self._fill()

    def set_material(self, material: StudyMaterial) -> None:
        """Pass the data requested by ``material_requested`` to the pages."""
        for page in self._pages.values():
            page.set_material(material)

    def choose(self, index: int) -> None:
        """Select a setting on every page."""
        if index == self.chosen:
            return
        self.chosen = index
        for page in self._pages.values():
            page.set_chosen(index)
        self.setting_chosen.emit(index)

    def _on_tabs_current_changed(self, index: int) -> None:
        self._stack.setCurrentWidget(self.page(PAGES[index].key))
        self._fill()

    def _fill(self) -> None:
        page = self._stack.currentWidget()
        if self._sheet is not None and isinstance(page, StudyPage):
            page.set_sheet(self._sheet)
            page.set_chosen(self.chosen)
