"""The journey panel: the output, the path traced so far, and the terms of the current number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QToolButton, QWidget

from aegui.core.i18n import mark, tr, trn
from aegui.features.journey.view.picture import PixelPicture
from aegui.features.journey.view.words import (
    formula_lines,
    number,
    rule_words,
    stage_words,
    unit_words,
)
from aegui.kit.charts.row_bars import RowBar, RowBars
from aegui.kit.choosing import offer
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, held, row, scrolled
from aegui.kit.placeholder import Placeholder
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.widgets.page import Breaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.evaluation.journey import Journey, JourneyStep, JourneyTerm
    from aegui.session.data.image_style import ImageStyle

SOURCES = {
    "drawing": mark("Answer to the drawing"),
    "cursor": mark("Image at the cursor"),
}
"""Sources of the output: key -> label."""
_MAX_TERMS = 60
_SIDE_BY_SIDE_PX = 520
UnitIndex = tuple[int, int]
"""A stage, and a unit of it."""


@dataclass(frozen=True, eq=False)
class JourneySheet:
    """The state that the panel shows.

    Attributes:
        journey: The values of all layers.
        answer: The values of the last one as an image, ``[C, H, W]``.
        path: From the output pixel back to the current number.
        image_style: How images are rendered.
    """

    journey: Journey
    answer: NDArray[np.float32]
    path: tuple[UnitIndex, ...]
    image_style: ImageStyle


class JourneyPanel(QWidget):
    """Shows a ``JourneySheet``; passive but for its signals."""

    source_chosen = Signal(str)
    """Emitted with a key of ``SOURCES``."""
    pixel_chosen = Signal(int)
    """Emitted with the output pixel to start from."""
    unit_chosen = Signal(int)
    """Emitted with the unit of the previous stage to step back to."""
    step_chosen = Signal(int)
    """Emitted with the place in the path to return to."""

    def __init__(self) -> None:
        super().__init__()
        self._terms: tuple[JourneyTerm, ...] = ()
        self.source = QComboBox()
        self.source.setAccessibleName(tr("Where the journey begins"))
        offer(self.source, ((key, tr(label)) for key, label in SOURCES.items()))
        self.source.activated.connect(self._on_source_activated)
        self.picture = PixelPicture(tr("Answer: choose a pixel"))
        self.picture.pixel_chosen.connect(self.pixel_chosen)
        self._crumbs = FlowLayout(SPACING // 2)
        self.path = QWidget()
        self.path.setLayout(self._crumbs)
        self.path.setAccessibleName(tr("The way back so far"))
        self.formula = QLabel()
        self.formula.setFont(figures_font(self.font()))
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bars = RowBars(tr("The summands of the number"), "journey")
        self.bars.chosen.connect(self._on_bars_chosen)
        self._area = scrolled(held(column(self.bars, 1)), sideways=True, takes_focus=True)
        self._lay_out()
        self.set_message("")

    def _lay_out(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.path.setSizePolicy(policy)
        right = held(column(self.path, self.formula, (self._area, 1)))
        left = held(column(self.source, (self.picture, 1), spacing=SPACING))
        self.placeholder = Placeholder(right)
        margins = (SPACING, SPACING // 2, SPACING, SPACING // 2)
        # In a narrow column, names and values of the rows would overlap.
        parts = Breaking(_SIDE_BY_SIDE_PX, shares=((0, 1), (2, 3)))
        parts.row.setSpacing(2 * SPACING)
        parts.row.addWidget(left)
        parts.row.addWidget(self.placeholder)
        self.setLayout(row((parts, 1), margins=margins))

    def set_source(self, key: str) -> None:
        """Select the source ``key``."""
        self.source.setCurrentIndex(self.source.findData(key))

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of a journey; "" removes it."""
        self.picture.setVisible(not text)
        if text:
            self.placeholder.say(text)
        else:
            self.placeholder.show_content()

    def set_sheet(self, sheet: JourneySheet) -> None:
        """Show the last step of the sheet's path."""
        self.set_message("")
        journey, (stage, unit) = sheet.journey, sheet.path[-1]
        self.picture.set_image(sheet.answer, sheet.image_style, sheet.path[0][1])
        self._show_path(journey, sheet.path)
        name = f"{stage_words(journey, stage)}, {unit_words(journey, stage, unit)}"
        if stage == 0:
            self._show_end(journey, name, unit)
            return
        step = journey.step(stage, unit)
        lines = formula_lines(step)
        self.formula.setText("\n".join(lines))
        self.formula.setToolTip(rule_words(step))
        describe(self, " ".join((name, *lines)))
        self._show_terms(journey, step)

    def _show_end(self, journey: Journey, name: str, unit: int) -> None:
        self._terms = ()
        value = number(float(journey.stages[0].values[unit]))
        end = (
            tr("This number of the code was chosen by the cursor: the journey ends here.")
            if journey.from_code
            else tr("A pixel of the input: the journey ends here.")
        )
        text = f"{name} = {value}\n{end}"
        self.formula.setText(text)
        self.formula.setToolTip("")
        self.bars.set_rows(())
        describe(self, text)

    def _show_terms(self, journey: Journey, step: JourneyStep) -> None:
        self._terms = tuple(term for term in step.terms if term.product)[:_MAX_TERMS]
        largest = max((abs(term.product) for term in self._terms), default=1.0) or 1.0
        theme = current_theme()
        rows = [
            RowBar(
                # Brief, as the column and its digits would be cut.
                unit_words(journey, step.stage - 1, term.unit, brief=True),
                term.product / largest,
                f"{number(term.value)} × {number(term.weight)} = {number(term.product)}",
                tr(
                    "{layer}, {unit}: {value} times {weight} adds {product}",
                    layer=stage_words(journey, step.stage - 1),
                    unit=unit_words(journey, step.stage - 1, term.unit),
                    value=number(term.value),
                    weight=number(term.weight),
                    product=number(term.product),
                ),
                theme.accent if term.product >= 0 else theme.warn,
            )
            for term in self._terms
        ]
        rest = [term for term in step.terms if term.product][_MAX_TERMS:]
        silent = len(step.terms) - len(self._terms) - len(rest)
        notes = []
        if rest:
            added = number(sum(term.product for term in rest))
            notes.append(trn("{n:,} more adds {sum}", "{n:,} more add {sum}", len(rest), sum=added))
        if silent:
            notes.append(trn("{n:,} adds nothing", "{n:,} add nothing", silent))
        self.bars.set_rows(rows, signed=True, note="; ".join(notes))

    def _show_path(self, journey: Journey, path: Sequence[UnitIndex]) -> None:
        while (item := self._crumbs.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, (stage, unit) in enumerate(path):
            words = f"{stage_words(journey, stage)}, {unit_words(journey, stage, unit)}"
            is_last = index == len(path) - 1
            button = QToolButton()
            button.setProperty("flat", True)
            button.setText(words if is_last else f"{words}  ›")
            button.setAccessibleName(words)
            button.setToolTip("" if is_last else tr("Go back to here"))
            button.setCheckable(is_last)
            button.setChecked(is_last)
            button.clicked.connect(partial(self.step_chosen.emit, index))
            self._crumbs.addWidget(button)
            button.show()

    @Slot(int)
    def _on_source_activated(self, index: int) -> None:
        self.source_chosen.emit(self.source.itemData(index))

    @Slot(int)
    def _on_bars_chosen(self, index: int) -> None:
        if index < len(self._terms):
            self.unit_chosen.emit(self._terms[index].unit)
