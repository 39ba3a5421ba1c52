"""The smallest-network challenge: the goal, the attempts, and the best of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QPushButton,
)

from aegui.core.i18n import localized, mark, tr
from aegui.core.races.smallest import OWN, Attempt, Challenge, best_of_attempts
from aegui.core.text_tables import csv_text
from aegui.features.races.view.work_page import WorkPage
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.item_view import ItemView
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.charts.scale import Scale, fitted
from aegui.kit.layouts import column, held, row
from aegui.kit.marks import ElidedLabel
from aegui.kit.splitter import Splitter
from aegui.widgets.form.form import FormLine
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from aegui.features.races.model.smallest_search import ChallengeSheet

BEST = "\N{BLACK STAR}"
_COLUMNS = (
    (BEST, mark("The smallest network that reaches the goal")),
    (mark("Units"), mark("Inputs, then the units of each layer")),
    (mark("Parameters"), mark("Numbers that are learnt.")),
    (mark("Seeds at the goal"), ""),
    (mark("By"), ""),
)
_NOTHING = mark(
    "How few parameters are enough? Shrink the network in the builder while the goal holds, or "
    "edit it and try one of your own: all attempts for a goal are kept."
)


class SmallestPage(WorkPage):
    """Passive page; user actions are emitted as signals."""

    shrink_requested = Signal(object)
    """Emitted with the ``Challenge`` to shrink the network of the builder for."""
    try_requested = Signal(object)
    """Emitted with the ``Challenge`` to try the network of the builder for."""
    goal_edited = Signal(object)
    """Emitted with the ``Challenge`` whose attempts to show."""
    open_requested = Signal(object)
    """Emitted with the ``Attempt`` whose network to load into the builder."""

    def __init__(self) -> None:
        super().__init__(FormLine(Challenge()), tr(_NOTHING))
        self._attempts: tuple[Attempt, ...] = ()
        self._rows: list[Attempt] = []
        self._challenge = Challenge()
        self.shrink = QPushButton(tr("Shrink this network"))
        self.own = QPushButton(tr("Try this network"))
        self.leader = ElidedLabel()
        self.chart = ItemView(tr("Networks that were tried"), self.figure)
        words = (0, 1, len(_COLUMNS) - 1)
        title = tr("Networks that were tried")
        self.table = NamedTable(_COLUMNS, title, words=words, picks_rows=True)
        self.shrink.setToolTip(tr("Narrow the layers of the builder's network by bisection"))
        self.own.setToolTip(tr("Train the builder's network with every seed: it counts as yours"))
        for part in (self.shrink, self.own, self.stop, self.bar):
            self.form.line.addWidget(part)
        name = tr("Save or copy {picture}", picture=tr("Networks that were tried"))
        top = row((self.leader, 1), self.chart.figures.button(name))
        tried = held(column(top, (self.chart, 1)))
        self._lay_out(Splitter("smallest", tried, self.table, sizes=(420, 400)))
        self.shrink.clicked.connect(lambda: self.shrink_requested.emit(self.challenge))
        self.own.clicked.connect(lambda: self.try_requested.emit(self.challenge))
        self.form.edited.connect(self._on_form_edited)
        self.table.itemDoubleClicked.connect(lambda item: self._open(item.row()))
        self.chart.chosen.connect(self._on_chart_chosen)
        self.set_busy(False)

    def sizeHint(self) -> QSize:
        """Return a size with room for a chart and a table."""
        return QSize(860, 380)

    @property
    def challenge(self) -> Challenge:
        """Return the goal as configured by the fields."""
        value = self.form.value
        assert isinstance(value, Challenge)
        return value

    def _on_form_edited(self, goal: Challenge) -> None:
        # The goal cannot require more seeds than are trained.
        self.form.set_value(replace(goal, at_least=min(goal.at_least, goal.seeds)))
        self.goal_edited.emit(self.challenge)

    def set_sheet(self, sheet: ChallengeSheet) -> None:
        """Show a challenge and its attempts."""
        self._attempts, self._challenge = sheet.attempts, sheet.challenge
        self._show_body(bool(sheet.attempts))
        best, users_best = best_of_attempts(sheet.attempts), best_of_attempts(sheet.attempts, OWN)
        words = tr("No network reaches the goal yet.")
        if best is not None:
            words = tr(
                "Smallest: {widths}, {n:,} parameters", widths=best.widths, n=best.parameters
            )
            if users_best is not None:
                words += " · " + (
                    tr("it is yours")
                    if users_best.key == best.key
                    else tr(
                        "yours: {widths}, {n:,}", widths=users_best.widths, n=users_best.parameters
                    )
                )
        self.leader.setText(words)
        self.leader.setToolTip(words)
        self._fill_table(best)
        self.chart.set_plot(self._plot(), self._words)

    def set_busy(self, busy: bool) -> None:
        """Set whether networks are being tried."""
        super().set_busy(busy)
        for part in (self.shrink, self.own, *self.form.fields.values()):
            part.setEnabled(not busy)

    def _fill_table(self, best: Attempt | None) -> None:
        self._rows = sorted(self._attempts, key=lambda one: (one.parameters, one.widths))
        self.table.setRowCount(len(self._rows))
        for index, attempt in enumerate(self._rows):
            is_best = best is not None and attempt.key == best.key
            cells = (
                BEST if is_best else "",
                attempt.widths,
                localized(attempt.parameters, ",.0f"),
                f"{attempt.met}/{attempt.seeds}" + (" \N{CHECK MARK}" if attempt.holds else ""),
                tr("you") if attempt.by == OWN else tr("search"),
            )
            self.table.write_row(index, cells, bold=is_best)

    def _plot(self) -> LinePlot | None:
        """Return a plot of the parameters of each attempt, and of the fewest at the goal so far."""
        attempts = self._attempts
        if not attempts:
            return None
        at = np.arange(1.0, len(attempts) + 1.0)
        sizes = np.array([one.parameters for one in attempts], np.float64)
        holds = np.array([one.holds for one in attempts])
        did = np.where(holds, sizes, np.nan)
        lowest = np.minimum.accumulate(np.where(holds, sizes, np.inf))
        best = np.where(np.isfinite(lowest), lowest, np.nan)
        return LinePlot(
            at,
            Axis(tr("Attempt"), Scale(0.5, len(attempts) + 0.5), integers_only=True),
            Axis(tr("Parameters"), fitted(sizes, from_zero=True)),
            (
                Series(
                    tr("does not"),
                    np.where(holds, np.nan, sizes),
                    colour=7,
                    dots=True,
                    hollow=True,
                    style=Qt.PenStyle.NoPen,
                ),
                Series(tr("reaches it"), did, colour=2, dots=True, style=Qt.PenStyle.NoPen),
                Series(tr("fewest so far"), best, colour=0, width=1.6),
            ),
        )

    def figure(self) -> Figure | None:
        """Return the chart as a figure to export."""
        plot = self._plot()
        if plot is None:
            return None
        rows = [[one.widths, one.parameters, one.met, one.seeds, one.by] for one in self._attempts]
        csv = csv_text(["units", "parameters", "met", "seeds", "by"], rows)
        words = tr("Goal: {goal}", goal=self._challenge.words)
        return Figure("smallest", tr("Smallest network"), (plot,), words, csv)

    def _words(self, item: int) -> str:
        plot = self._plot()
        return "" if plot is None else plot.series[item].name

    def _on_chart_chosen(self, _item: int) -> None:
        best = best_of_attempts(self._attempts)
        if best is not None:
            self.table.selectRow(self._rows.index(best))

    def _open(self, index: int) -> None:
        if index < len(self._rows):
            self.open_requested.emit(self._rows[index])
