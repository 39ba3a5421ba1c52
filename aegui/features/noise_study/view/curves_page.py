"""The page of the curves: networks, noise, the chart, and the values at one level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QPushButton, QWidget

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.noise_study.model.study_forms import CurvesForm
from aegui.features.noise_study.view.noise_fields import LevelsField
from aegui.kit.charts.line_view import LineView
from aegui.kit.layouts import column, heading, held, row
from aegui.kit.marks import ProblemLabel, flat_button
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING
from aegui.widgets.figures.makers import noise_curves_figure, noise_curves_plot
from aegui.widgets.form.editors import noise_kind_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.study.noise_curves import Curves
    from aegui.kit.charts.figure import Figure


class CurvesView(LineView):
    """Passive chart, except for the level under the mouse or chosen by keys."""

    def __init__(self) -> None:
        name = tr("Wrong pixels against the level of the noise")
        super().__init__(name, self.figure)
        self.curves: Curves | None = None
        """The displayed curves."""

    def set_curves(self, curves: Curves | None) -> None:
        """Show ``curves``; None clears the chart."""
        self.curves = curves
        self.set_plot(None if curves is None else noise_curves_plot(curves))

    def figure(self) -> Figure | None:
        """Return the curves as a figure to export; None without any."""
        return None if self.curves is None else noise_curves_figure(self.curves)

    def head(self, at: int | None) -> str:
        """Return the level that the values are of, as a heading."""
        if at is None or self.curves is None:
            return tr("point at a level to read it")
        return tr("at level {level:g}", level=float(self.curves.levels[at]))

    def words(self, at: int) -> str:
        """Return the values of all lines at one level as text."""
        if self.curves is None or self._plot is None:
            return ""
        lines = zip(self.curves.lines, reversed(self._plot.series), strict=True)
        values = ", ".join(f"{line.name} {series.texts[at]}" for line, series in lines)
        level = float(self.curves.levels[at])
        return tr("Level {level:g}: {values}", level=level, values=values)


_LIST_PX = 210
_KEY = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class CurveChoice:
    """A network, or the networks of one recipe, that a curve can be drawn of."""

    key: str
    """Key of the choice."""
    name: str
    """Displayed name."""
    refusal: str = ""
    """Why it cannot be chosen, or ""."""
    is_file: bool = False
    """Whether it comes from a file opened here, and can be removed."""


class CurvesPage(QWidget):
    """Passive page; user actions are emitted as signals."""

    run_requested = Signal(object, object)
    """Emitted with a tuple of keys of networks and the ``CurvesForm`` to draw them with."""
    file_removed = Signal(str)
    """Emitted with the key of the file to remove from the list."""

    def __init__(self) -> None:
        super().__init__()
        self._unticked: set[str] = set()
        self._choices: tuple[CurveChoice, ...] = ()
        self._kind = noise_kind_field()
        self._levels = LevelsField(tr("Levels of the curves"))
        self.run = QPushButton(tr("Draw the curves"))
        self.problem = ProblemLabel()
        self.list = QListWidget()
        self.open = QPushButton(tr("Run in a file…"))
        self._remove = flat_button("edit-delete", tr("Remove the selected file from the list"))
        self.view = CurvesView()
        self._export = self.view.figures.button(tr("Save or copy the curves"))
        self._build()
        self._levels.textEdited.connect(lambda _text: self.problem.set_text(""))
        self._levels.returnPressed.connect(self.run.click)
        self.run.clicked.connect(lambda: self.run_requested.emit(self.ticked, self.form))
        self.list.itemChanged.connect(self._on_list_item_changed)
        self.list.currentRowChanged.connect(self._show_remove)
        self._remove.clicked.connect(self._on_remove_clicked)
        self.set_form(CurvesForm())
        self.set_curves(None)

    # Building

    def _build(self) -> None:
        self.run.setProperty("main", True)
        line = row(
            QLabel(tr("Noise")),
            self._kind,
            QLabel(tr("Levels")),
            (self._levels, 1),
            self.run,
            self._export,
        )
        words = tr(
            "How much noise does a network remove? Wrong pixels per character against the level "
            "of the noise: of the ticked networks, beside the Bayes limit, the unchanged input, "
            "and a linear code (PCA)."
        )
        self._body = Placeholder(self.view, words)
        parts = (self._build_list(), (self._body, 1))
        splitter = Splitter("noise_curves", *parts, sizes=(_LIST_PX, 600))
        self.setLayout(
            column(
                line,
                self.problem,
                (splitter, 1),
                margins=(SPACING, SPACING // 2, SPACING, SPACING // 2),
            )
        )

    def _build_list(self) -> QWidget:
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName(tr("Networks to draw curves of"))
        title = heading(tr("Networks"))
        line = row((self.open, 1), self._remove)
        return held(column(title, (self.list, 1), line, margins=(0, 0, SPACING // 2, 0)))

    # Choices

    @property
    def form(self) -> CurvesForm:
        """Return the values of the fields."""
        return CurvesForm(self._kind.value(), self._levels.levels)

    def set_form(self, form: CurvesForm) -> None:
        """Set the values of the fields."""
        self._kind.set_value(form.kind)
        self._levels.set_levels(form.levels)

    @property
    def ticked(self) -> tuple[str, ...]:
        """Return the keys of the networks to draw."""
        return tuple(
            each.key
            for each in self._choices
            if not each.refusal and each.key not in self._unticked
        )

    def set_choices(self, choices: Sequence[CurveChoice]) -> None:
        """Set the networks to choose from; new ones are ticked."""
        self._choices = tuple(choices)
        row = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for each in choices:
            item = QListWidgetItem(each.name)
            item.setData(_KEY, each.key)
            if each.refusal:
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
                item.setToolTip(each.refusal)
            else:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                on = each.key not in self._unticked
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
                item.setToolTip(each.name)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.list.blockSignals(False)
        self._show_remove()

    # Display

    def set_curves(self, curves: Curves | None) -> None:
        """Show curves; None shows a hint instead."""
        self.view.set_curves(curves)
        self._body.show_content_if(curves is not None)
        self._export.setEnabled(curves is not None)

    def _current(self) -> CurveChoice | None:
        row = self.list.currentRow()
        return self._choices[row] if 0 <= row < len(self._choices) else None

    def _show_remove(self) -> None:
        current = self._current()
        self._remove.setEnabled(current is not None and current.is_file)

    def _on_list_item_changed(self, item: QListWidgetItem) -> None:
        key = str(item.data(_KEY))
        if item.checkState() == Qt.CheckState.Checked:
            self._unticked.discard(key)
        else:
            self._unticked.add(key)

    def _on_remove_clicked(self) -> None:
        current = self._current()
        if current is not None and current.is_file:
            self.file_removed.emit(current.key)
