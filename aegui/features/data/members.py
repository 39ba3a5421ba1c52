"""Connects the data panel to the selection of samples and to the validation data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.data.builtin import BUILTIN_SETS, TEST_PART
from aegui.core.data.split import validation_set_of
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.remedies import remedy_of, remedy_words
from aegui.features.data.data_menu import fill_menu
from aegui.features.data.feature import DataFeature
from aegui.features.data.model.data_service import DataService
from aegui.features.data.view.data_panel import DataPanel
from aegui.session.data.data_view import only, source_words, view_of, within, without
from aegui.session.notice import Notice
from aegui.shell import dialogs
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import Problem, Resolution
    from aegui.core.recipe import DataSpec
    from aegui.session.data.data_view import DataView
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_SECTIONS = "data.sections"
_FILE, _LAST = "*file", "*last"
"""Validation choices besides sets: a file yet to be chosen, and the last samples."""


class MembersFeature(Feature):
    """Shows the samples, and changes which of them are trained on."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(DataPanel)
        self._data = window.feature(DataFeature)
        self._state = Refresher(self._show_state, dock=window.docks["data"], parent=self)
        self._connect()
        sections = services.settings.values.get(_SECTIONS)
        if isinstance(sections, str):
            self._panel.set_open_sections(sections.split())
        self._panel.set_locked(services.runner.is_busy)
        self._state.mark()

    def _connect(self) -> None:
        services, panel = self._services, self._panel
        services.workspace.recipe_changed.connect(self._state.mark)
        services.workspace.document_changed.connect(self._on_workspace_document_changed)
        services.of(DataService).card_ready.connect(self._on_data_card_ready)
        services.of(DataService).found.connect(self._on_data_found)
        services.runner.state_changed.connect(self._on_runner_state_changed)
        panel.menu.aboutToShow.connect(self._on_menu_about_to_show)
        panel.data_edited.connect(self._on_panel_data_edited)
        panel.search_changed.connect(self._on_panel_search_changed)
        panel.only_requested.connect(self._on_panel_only_requested)
        panel.gallery.toggled.connect(self._on_panel_toggle_requested)
        panel.gallery.activated.connect(self._on_panel_sample_activated)
        panel.card.closest.activated.connect(self._draw_member)
        panel.characters.clicked.connect(self._data.choose_characters)
        panel.card.export.clicked.connect(self._data.export_data)
        panel.vary_requested.connect(services.requests.vary)
        panel.problem.remedy_requested.connect(self._on_problem_remedy_requested)
        panel.shares.check_requested.connect(self._on_shares_check_requested)

    def search(self) -> None:
        """Raise the data panel and focus its search field."""
        self.show_dock("data")
        self._panel.search.setFocus()

    # Selection of samples

    @Slot(object, object)
    def _on_panel_data_edited(self, data: DataSpec, text: str) -> None:
        workspace = self._services.workspace
        # “At most” takes all samples of a class that has fewer.
        fitting = within(view_of(workspace.draft), data)
        self._data.edit(workspace.recipe.model_copy(update={"data": fitting}), text)

    @Slot(str)
    def _on_shares_check_requested(self, key: str) -> None:
        source = (
            dialogs.files.choose_data_file(self._window, self._data.folder())
            if key == _FILE
            else key
        )
        if source or key != _FILE:
            self._services.workspace.edits.check_on(source)

    @Slot(str)
    def _on_panel_search_changed(self, text: str) -> None:
        if text.strip():
            self._services.of(DataService).search(self._services.workspace.pool, text)
        else:
            self._services.of(DataService).forget_search()
            self._panel.set_found(None)

    @Slot(object, object)
    def _on_data_found(self, pool: Dataset, indices: NDArray[np.int64]) -> None:
        if pool is self._services.workspace.pool:
            self._panel.set_found(indices)

    @Slot(object)
    def _on_panel_only_requested(self, indices: NDArray[np.int64]) -> None:
        self._take_only(view_of(self._services.workspace.draft), indices)

    @Slot(int)
    def _on_panel_toggle_requested(self, index: int) -> None:
        if not self._services.runner.is_busy:
            view = view_of(self._services.workspace.draft)
            self._take_only(view, without(view, index))

    def _take_only(self, view: DataView, indices: NDArray[np.int64]) -> None:
        try:
            data = only(view, indices)
        except AeguiError as error:
            self.noticed.emit(Notice("warning", str(error), passing=True))
            return
        self._on_panel_data_edited(data, tr("Choose samples"))

    @Slot(int)
    def _on_panel_sample_activated(self, index: int) -> None:
        places = (self._services.workspace.draft.selected == index).nonzero()[0]
        if len(places):
            self._draw_member(int(places[0]))

    @Slot(int)
    def _draw_member(self, index: int) -> None:
        """Load the selected sample ``index`` as the drawing, if the draft's data are shown."""
        if self._services.shown.dataset is self._services.workspace.dataset:
            self._services.requests.sample.emit(index)

    @Slot(object)
    def _on_workspace_document_changed(self, _workspace: object) -> None:
        self._panel.search.clear()
        # Also while hidden: the panel would keep the samples of the previous document alive.
        self._show_state()

    @Slot(object, object)
    def _on_data_card_ready(self, dataset: Dataset, card: DataCard) -> None:
        if dataset is self._services.workspace.dataset:
            self._panel.set_card(dataset, card)

    @Slot(str)
    def _on_runner_state_changed(self, _state: str) -> None:
        self._panel.set_locked(self._services.runner.is_busy)

    # Display

    def _show_state(self) -> None:
        workspace = self._services.workspace
        problems = _problems_of(workspace.resolution)
        remedies = remedy_words(workspace.recipe, workspace.resolution)
        remedy = next((remedies[one] for one in problems if one in remedies), "")
        source, edited = self._data.shown_data()
        title = edited or source_words(source)
        dataset = workspace.dataset
        self._panel.shares.set_checks(*_checks(workspace.recipe.data))
        message = "\n".join(problem.message for problem in problems)
        self._panel.set_state(title, view_of(workspace.draft), message, remedy)
        self._panel.set_card(dataset, self._services.of(DataService).request_card(dataset))

    @Slot()
    def _on_problem_remedy_requested(self) -> None:
        workspace = self._services.workspace
        for problem in _problems_of(workspace.resolution):
            found = remedy_of(workspace.recipe, workspace.dataset, problem)
            if found is not None:
                self._data.edit(found.recipe, found.text)
                return

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        fill_menu(self._panel.menu, self._data.offered(), self._data.take_source, self._data.ways)

    def keep_layout(self) -> None:
        """Save which sections are unfolded."""
        opened = " ".join(self._panel.open_sections())
        self._services.settings.keep({_SECTIONS: opened})


def _problems_of(resolution: Resolution) -> list[Problem]:
    """Return the problems of ``resolution`` that the data panel shows."""
    return [
        problem
        for problem in resolution.problems
        if problem.where.startswith("data") and not problem.where.startswith("data.corruption")
    ]


def _checks(data: DataSpec) -> tuple[list[tuple[str, str]], str]:
    """Return the validation choices (key, name) and the current key; "" is a share of the set."""
    learnt, chosen = validation_set_of(data)
    choices = [("", tr("A share of the set"))]
    known = [f"{learnt}{TEST_PART}"] if f"{learnt}{TEST_PART}" in BUILTIN_SETS else []
    if data.split.last and not chosen:
        chosen = _LAST
        choices.append((_LAST, tr("The last samples")))
    elif chosen and chosen not in known:
        known.append(chosen)
    choices += [(key, source_words(key)) for key in known]
    return [*choices, (_FILE, tr("Another file of data…"))], chosen
