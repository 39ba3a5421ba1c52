"""Joins the network that is shown with charts, reconstructions, and the document's samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from aegui.core.atomic import write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.session.answers import corrupted_inputs, reconstructions
from aegui.session.notice import Notice
from aegui.window.dialogs import choose_save_file
from aegui.window.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDockWidget, QWidget

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import CorruptionSpec
    from aegui.window.panels import Panels
    from aegui.window.services import Services

_CHARTS_MS = 300
_ROWS_MS = 400
_CHOICE = "charts."
_FILE_KINDS = {"png": "PNG (*.png)", "svg": "SVG (*.svg)", "csv": "CSV (*.csv)"}


class ResultsWiring(QObject):
    """Charts and reconstructions, each redrawn only when in sight and only for news."""

    def __init__(
        self,
        services: Services,
        panels: Panels,
        docks: Mapping[str, QDockWidget],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._panels = panels
        self._inputs: NDArray[np.float32] | None = None
        self._drawn: tuple[Dataset, CorruptionSpec, int] | None = None
        self._charts = Refresher(self._show_charts, _CHARTS_MS, docks["charts"], self)
        self._rows = Refresher(self._show_rows, _ROWS_MS, docks["reconstructions"], self)
        showing = services.showing
        showing.history_changed.connect(self._charts.mark)
        showing.network_changed.connect(self._rows.mark)
        showing.dataset_changed.connect(self._rows.mark)
        panels.charts.export_requested.connect(self.export_charts)
        panels.charts.choices_changed.connect(self._on_charts_choices_changed)
        panels.charts.set_choices(self._choices())
        self._charts.mark()
        self._rows.mark()

    @property
    def handlers(self) -> dict[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {"export_charts": self.export_charts}

    @property
    def conditions(self) -> frozenset[str]:
        """What holds at present, of ``CONDITIONS``."""
        history = self._services.showing.history
        return frozenset({"has_history"} if history is not None and len(history) else ())

    @Slot(str)
    def export_charts(self, kind: str) -> None:
        """Ask where to, and write the charts there as ``kind``."""
        self._charts.flush()
        name = f"{self._services.workspace.name}.{kind}"
        path = choose_save_file(self._window, tr("Save the charts"), name, _FILE_KINDS[kind])
        if not path:
            return
        self._panels.charts.set_history(
            self._services.showing.history, self._services.showing.seeds
        )
        notice = Notice("info", tr("The charts are saved: {path}", path=path))
        try:
            write_atomically(path, self._panels.charts.export_bytes(kind))
        except AeguiError as error:
            notice = Notice("error", str(error))
        self._services.workspace.noticed.emit(notice)

    def _show_charts(self) -> None:
        showing = self._services.showing
        self._panels.charts.set_history(showing.history, showing.seeds)

    def _show_rows(self) -> None:
        showing, panel = self._services.showing, self._panels.reconstructions
        codec = showing.codec
        if codec is None:
            panel.clear(tr("Press Train to see what the network makes of every character."))
            return
        rows = reconstructions(codec, showing.dataset, self._noisy_inputs())
        if rows is None:
            panel.clear(tr("The images of this set do not fit the network: train it on them."))
            return
        panel.set_rows(
            rows.labels, rows.original, rows.corrupted, rows.output, rows.wrong, rows.indices
        )

    def _noisy_inputs(self) -> NDArray[np.float32] | None:
        """One draw of noise, kept while data and noise stay: the rows must not flicker."""
        showing = self._services.showing
        wanted = (showing.dataset, showing.noise, showing.recipe.seed)
        if self._drawn is None or self._drawn[0] is not wanted[0] or self._drawn[1:] != wanted[1:]:
            self._drawn = wanted
            self._inputs = corrupted_inputs(*wanted)
        return self._inputs

    def _choices(self) -> dict[str, bool]:
        values = self._services.settings.values
        return {
            name.removeprefix(_CHOICE): bool(value)
            for name, value in values.items()
            if name.startswith(_CHOICE)
        }

    @Slot(object)
    def _on_charts_choices_changed(self, choices: dict[str, bool]) -> None:
        settings = self._services.settings
        settings.values = {
            **settings.values,
            **{f"{_CHOICE}{name}": value for name, value in choices.items()},
        }
