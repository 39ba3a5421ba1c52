"""The charts panel: the selected charts over a common epoch axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QObject,
    QSignalBlocker,
    QSize,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import (
    QGridLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.features.charts.view.plot import PlotView, load_graph
from aegui.kit.charts.axes import Scale
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import Sized, column, held, row
from aegui.kit.marks import flat_button, flat_text
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, icon
from aegui.kit.tiles import columns_for, tile
from aegui.widgets.charts.curves import (
    CHARTS,
    Curve,
    applies,
    curves_of,
    is_repeated,
    seeds_csv,
)
from aegui.widgets.charts.painting import ChartData, Reference, fitted_y
from aegui.widgets.figures.makers import charts_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QHideEvent, QShowEvent

    from aegui.core.training.record.history import HistoryView
    from aegui.kit.charts.figure import Figure


_AWAITED = mark("The curves grow here epoch by epoch as soon as the training has begun.")
_NOTHING_YET = mark("No curves yet. Press Train, and they grow here epoch by epoch.")
_NONE_CHOSEN = mark("No chart is selected: select one above.")
_GOOD_SHAPE = 1.7
_ANY_TRAINING = frozenset({"loss", "wrong", "share", "rate"})
_OF_GLYPHS = tuple(spec.key for spec in CHARTS if spec.of_glyphs)
_OF_IMAGES = ".images"
"""Suffix of a chart's key for its choice with images that have shades of grey."""
_MIN_SPAN = 4.0
_GET_READY_MS = 1_500
"""Delay after the panel is shown before pyqtgraph is imported, unless curves need it sooner."""


class ChartsPanel(Sized):
    """Live charts of one training. Passive: ``set_history`` in, requests out.

    While the panel is hidden nothing is computed; it catches up when it is shown.
    """

    epoch_chosen = Signal(object)
    """Emitted with the epoch to show everywhere; None for the newest."""
    choices_changed = Signal(object)
    """Emitted with ``choices()`` after the person has changed it."""
    usual_size = QSize(640, 220)
    """Room for three charts side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._history: HistoryView | None = None
        self._seeds: tuple[int, ...] = ()
        self._run = 0
        self._is_training = False
        self._units: Mapping[str, str] = {}
        self._curves: dict[str, tuple[Curve, ...]] = {}
        self._x_zoomed: Scale | None = None
        self._y_zoomed: dict[str, Scale] = {}
        self._views = {spec.key: PlotView(spec) for spec in CHARTS}
        self._buttons = {spec.key: _toggle(tr(spec.title), tr(spec.help)) for spec in CHARTS}
        for spec in CHARTS:
            self._buttons[spec.key].setChecked(spec.is_first)
        self._has_glyphs = True
        # The choice for the sort of images that is not shown at present.
        self._other_choice = dict.fromkeys(_OF_GLYPHS, False)
        self._possible: frozenset[str] = frozenset()
        self._log_y = _toggle(
            tr("Log values"), tr("Loss and learning rate on a logarithmic axis"), "log-axis"
        )
        self._log_y.setChecked(True)
        self._log_x = _toggle(
            tr("Log epochs"), tr("Epochs on a logarithmic axis: the start in full width"), "log-x"
        )
        self._references: dict[str, Reference] = {}
        self._linear = _toggle(
            tr("PCA"), tr("The loss of the best linear code of that size, as a dashed line")
        )
        self._linear.setChecked(True)
        self._linear.hide()
        self._fit = flat_button("zoom-fit", tr("Show the whole training (double click on a chart)"))
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self._export = self.figures.button(tr("Save or copy the charts"))
        self._get_ready = QTimer(self, singleShot=True)
        self._get_ready.timeout.connect(load_graph)
        self._build()
        # Only now: a button without a parent would open as a window.
        self._show_possible()
        self._connect()
        self._arrange()

    def _build(self) -> None:
        # A flow layout: with many charts in a narrow panel one row would not fit.
        header = FlowLayout(SPACING // 4, last_at_right=True)
        header.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        for button in self._buttons.values():
            header.addWidget(button)
        tools = (self._linear, self._log_y, self._log_x, self._fit, self._export)
        header.addWidget(held(row(*tools, spacing=SPACING // 4)))
        self._area = QWidget()
        self._grid = QGridLayout(self._area)
        self._grid.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        self._grid.setSpacing(SPACING)
        for view in self._views.values():
            view.setParent(self._area)
        self.placeholder = Placeholder(self._area, tr(_NOTHING_YET))
        self.setLayout(column(header, (self.placeholder, 1)))
        self._area.installEventFilter(self)

    def _connect(self) -> None:
        for button in (*self._buttons.values(), self._linear, self._log_x, self._log_y):
            button.toggled.connect(self._on_choice_toggled)
        self._fit.clicked.connect(self.show_all)
        for key, view in self._views.items():
            view.row_hovered.connect(self._set_row)
            view.zoom_requested.connect(self._on_view_zoom_requested)
            view.height_zoom_requested.connect(
                lambda factor, about, key=key: self._on_view_height_zoom_requested(
                    key, factor, about
                )
            )
            view.move_requested.connect(self._on_view_move_requested)
            view.reset_requested.connect(self.show_all)
            view.epoch_chosen.connect(self.epoch_chosen)

    # Input

    def set_history(self, history: HistoryView | None, seeds: tuple[int, ...] = ()) -> None:
        """Show ``history`` of runs with ``seeds``; None shows how to get one."""
        known = self._history
        if history is not None and known is not None and _same(history, known):
            return
        if history is None or known is None or len(history) < len(known):
            self._x_zoomed = None
            self._y_zoomed.clear()
            self._set_row(None)
        self._history = history
        self._seeds = seeds
        self._curves.clear()
        before = self._possible
        self._show_possible()
        if self._possible != before:
            # Also without rows: otherwise charts of the previous training would stay.
            self._arrange()
        self._redraw()

    def _show_possible(self) -> None:
        """Offer the charts the history has values for; without rows, those of any training."""
        history = self._history
        possible = _ANY_TRAINING
        if history is not None and len(history):
            possible = frozenset(
                spec.key
                for spec in CHARTS
                if applies(spec, history) and not is_repeated(spec, history)
            )
        if possible != self._possible:
            self._possible = possible
            for key, button in self._buttons.items():
                button.setVisible(key in possible)

    def set_has_glyphs(self, glyphs: bool) -> None:
        """Set whether the pixels are on or off, which has its own choice of wrong-pixel charts."""
        if glyphs == self._has_glyphs:
            return
        self._has_glyphs = glyphs
        now = {key: self._buttons[key].isChecked() for key in _OF_GLYPHS}
        asked, self._other_choice = self._other_choice, now
        self._check(asked)
        self._arrange()
        self._redraw()

    def _check(self, choices: Mapping[str, bool]) -> None:
        """Set the buttons to ``choices`` without reporting a change by the person."""
        for key, value in choices.items():
            with QSignalBlocker(self._buttons[key]):
                self._buttons[key].setChecked(value)

    def set_references(self, references: Mapping[str, Reference]) -> None:
        """Set the horizontal reference lines (the loss of PCA) by chart key."""
        self._references = dict(references)
        self._linear.setVisible(bool(references))
        self._redraw()

    def set_run(self, run: int) -> None:
        """Set which run is shown: its values are read, and its curves are emphasised."""
        if run != self._run:
            self._run = run
            self._curves.clear()
            self._redraw()

    def set_training(self, is_training: bool) -> None:
        """Set whether a training runs, whose curves are awaited if there are none yet."""
        if is_training != self._is_training:
            self._is_training = is_training
            self._redraw()

    def set_units(self, units: Mapping[str, str]) -> None:
        """Set the names of the vertical axes by chart key, where they depend on the data."""
        if units != self._units:
            self._units = dict(units)
            self._redraw()

    def set_sampled(self, note: str) -> None:
        """Set the note on the charts whose values are those of some samples; "" for all samples."""
        for view in self._views.values():
            view.set_note(note if view.spec.is_sampled else "")

    def set_epoch_marker(self, epoch: float | None, *, is_chosen: bool = True) -> None:
        """Mark ``epoch`` in all charts; None removes the mark. See ``PlotView``."""
        for view in self._views.values():
            view.set_epoch_marker(epoch, is_chosen=is_chosen)

    def set_values_of(self, row: HistoryView | None) -> None:
        """Show the values of ``row``, one row of the history, above the curves.

        None shows those of the last row that is drawn.
        """
        shown = self._shown()
        for view in self._views.values():
            if row is None or view not in shown:
                view.set_values(())
            else:
                view.set_values(curves_of(view.spec, row, self._run))

    def choices(self) -> dict[str, bool]:
        """Return the chosen settings: a flag per chart, ``log_x``, ``log_y`` and ``pca``.

        Charts that count wrong pixels have two: ``wrong`` for glyphs, ``wrong.images`` for others.
        """
        chosen = {key: button.isChecked() for key, button in self._buttons.items()}
        others = {name: button.isChecked() for name, button in self._switches().items()}
        shown = {key: chosen[key] for key in _OF_GLYPHS}
        glyphs, images = shown, self._other_choice
        if not self._has_glyphs:
            glyphs, images = images, glyphs
        of_images = {f"{key}{_OF_IMAGES}": value for key, value in images.items()}
        return {**chosen, **glyphs, **of_images, **others}

    def set_choices(self, choices: Mapping[str, bool]) -> None:
        """Restore what ``choices`` returned; unknown keys are ignored."""
        buttons = {**self._buttons, **self._switches()}
        for key, value in choices.items():
            name = key.removesuffix(_OF_IMAGES)
            if name in _OF_GLYPHS and (key == name) != self._has_glyphs:
                self._other_choice[name] = bool(value)
            elif name in buttons:
                buttons[name].setChecked(bool(value))

    def _switches(self) -> dict[str, QToolButton]:
        return {"log_x": self._log_x, "log_y": self._log_y, "pca": self._linear}

    def show_all(self) -> None:
        """Reset zoom and position: show the whole training and follow it."""
        self._x_zoomed = None
        self._y_zoomed.clear()
        self._redraw()

    # Export

    def figure(self) -> Figure | None:
        """Return the visible charts, as zoomed, with all recorded numbers; None without any."""
        history = self._history
        if history is None or not len(history) or not self._shown():
            return None
        csv = seeds_csv(history, self._seeds)
        data, note = (
            self._chart_data(history),
            next((it.note for it in self._shown() if it.note), ""),
        )
        return charts_figure(data, "charts", tr("Training"), csv=csv, note=note)

    # Layout

    def _shown(self) -> list[PlotView]:
        return [
            self._views[key]
            for key, button in self._buttons.items()
            if button.isChecked() and key in self._possible
        ]

    def _arrange(self) -> None:
        shown = self._shown()
        columns = columns_for(len(shown), self._area.size(), _GOOD_SHAPE)
        tile(self._grid, self._views.values(), shown, columns)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Rearrange the charts after their area has been resized."""
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self._arrange()
            # Deferred: the lines needed for values depend on the final chart widths.
            QTimer.singleShot(0, self, self._redraw)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with changes made while hidden, and import pyqtgraph after a delay."""
        super().showEvent(event)
        self._redraw()
        self._get_ready.start(_GET_READY_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        """Cancel the delayed import."""
        super().hideEvent(event)
        self._get_ready.stop()

    # Drawing

    def _redraw(self) -> None:
        history = self._history
        has_rows = history is not None and len(history) > 0
        is_drawn = has_rows and bool(self._shown())
        if is_drawn:
            self.placeholder.show_content()
        else:
            awaited = _AWAITED if self._is_training else _NOTHING_YET
            self.placeholder.say(tr(_NONE_CHOSEN if has_rows else awaited))
        self._export.setEnabled(is_drawn)
        self._fit.setEnabled(is_drawn and (self._x_zoomed is not None or bool(self._y_zoomed)))
        if history is None or not is_drawn or not self.isVisible():
            return
        shown = list(zip(self._shown(), self._chart_data(history), strict=True))
        lines = max((view.preferred_lines(data.curves) for view, data in shown), default=1)
        has_names = any(len(data.curves) > 1 for _, data in shown)
        for view, data in shown:
            view.set_value_lines(lines, has_names=has_names)
            view.set_data(data)

    def _chart_data(self, history: HistoryView) -> list[ChartData]:
        """Return the data of the visible charts; curves are cached until the history changes."""
        epoch = np.asarray(history.epoch, dtype=np.float64)
        x = self._x_zoomed or self._full_x()
        is_log = self._log_y.isChecked()
        found = []
        for view in self._shown():
            spec = view.spec
            if spec.key not in self._curves:
                self._curves[spec.key] = curves_of(spec, history, self._run)
            curves = self._curves[spec.key]
            reference = self._references.get(spec.key) if self._linear.isChecked() else None
            y = self._y_zoomed.get(spec.key) or fitted_y(spec, epoch, curves, x, is_log, reference)
            y_name = self._units.get(spec.key) or tr(spec.unit)
            found.append(ChartData(spec, epoch, curves, x, y, reference, y_name))
        return found

    def _full_x(self) -> Scale:
        last = 1.0 if self._history is None else float(self._history.epoch[-1])
        if self._log_x.isChecked():
            return Scale(1.0, max(last, 10.0), True)
        return Scale(0.0, max(last, 1.0))

    def _zoom_x_to(self, asked: Scale) -> None:
        full = self._full_x()
        low, high = max(asked.low, full.low), min(asked.high, full.high)
        if high - low < _MIN_SPAN and high - low < full.high - full.low:
            return
        covers_all = low <= full.low and high >= full.high
        self._x_zoomed = None if covers_all else Scale(low, high, full.is_log)
        self._redraw()

    # User input

    def _on_choice_toggled(self) -> None:
        self._x_zoomed = None
        self._y_zoomed.clear()
        self._arrange()
        self._redraw()
        self.choices_changed.emit(self.choices())

    def _set_row(self, row: int | None) -> None:
        for view in self._views.values():
            view.set_row(row)

    def _on_view_zoom_requested(self, factor: float, about: float) -> None:
        if self._history is not None:
            self._zoom_x_to((self._x_zoomed or self._full_x()).zoomed(factor, about))

    def _on_view_move_requested(self, share: float) -> None:
        if self._x_zoomed is None:
            return
        moved, full = self._x_zoomed.moved(share), self._full_x()
        if moved.low >= full.low and moved.high <= full.high:
            self._zoom_x_to(moved)

    def _on_view_height_zoom_requested(self, key: str, factor: float, about: float) -> None:
        data = self._views[key].data
        if data is not None:
            self._y_zoomed[key] = data.y.zoomed(factor, about)
            self._redraw()


def _toggle(text: str, help_text: str, icon_name: str = "") -> QToolButton:
    button = flat_text("", help_text, checkable=True)
    button.setAccessibleName(text)
    if icon_name:
        button.setIcon(icon(icon_name))
    else:
        button.setText(text)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button


def _same(a: HistoryView, b: HistoryView) -> bool:
    """Return whether ``a`` and ``b`` have the same rows, so that no redraw is needed."""
    if len(a) != len(b):
        return False
    if len(a) == 0:
        return True
    return np.shares_memory(a.epoch, b.epoch) or bool(
        a.epoch[-1] == b.epoch[-1] and np.array_equal(a.loss, b.loss)
    )
