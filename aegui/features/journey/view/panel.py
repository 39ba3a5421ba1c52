"""The journey panel: the output, the path traced so far, and the terms of the current number."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSizePolicy, QWidget

from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.kit.charts.row_bars import ROW_PX, RowBar, RowBars
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.choosing import offer, on_chosen
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, held, row, scrolled
from aegui.kit.marks import flat_text
from aegui.kit.painted import Painted
from aegui.kit.placeholder import Placeholder
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.session.highlighted_layer import layer_indices
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, picture_rect, quiet_picture
from aegui.widgets.page import Breaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.evaluation.journey import Journey, JourneyStep, JourneyTerm, Rule
    from aegui.core.network.shapes import Shape
    from aegui.features.journey.model.journey_path import UnitIndex
    from aegui.session.highlighted_layer import LayerIndex

_PARTS = {
    "encoder": mark("Encoder {n}"),
    "code": mark("Code"),
    "decoder": mark("Decoder {n}"),
    "output": mark("Answer"),
}
COLOURS = (mark("red"), mark("green"), mark("blue"))
"""Names of the channels of an image in colour."""
_RULES: dict[Rule, str] = {
    "sum": mark("Each input times its weight, all added to the bias, then the activation."),
    "affine": mark(
        "A norm: one number times a factor, and a shift; both as they are for this input."
    ),
    "largest": mark("The largest of a square of pixels is passed on."),
    "mean": mark("The mean of a square of pixels."),
    "copy": mark("A copy; between pixels, interpolated."),
}
_HINT, _MIN = QSize(130, 150), QSize(90, 96)


def indices_of(journey: Journey) -> list[LayerIndex | None]:
    """Return for each stage the layer that produced it; None for the input."""
    indices = layer_indices(journey.layers)
    return [None if stage.layer is None else indices[stage.layer] for stage in journey.stages]


def stage_words(journey: Journey, stage: int) -> str:
    """Return the name of a stage, such as ``Decoder 2``."""
    place = indices_of(journey)[stage]
    if place is None:
        return tr("Code") if journey.from_code else tr("Input")
    part, count = place
    return tr(_PARTS[part], n=count + 1)


def unit_words(journey: Journey, stage: int, unit: int, *, brief: bool = False) -> str:
    """Return the name of a unit: ``unit 7``, or ``row 3, column 2`` with channel or colour.

    With ``brief`` row and column of one of several channels are a pair: ``channel 5 (3, 2)``.
    """
    shape = shape_of(journey, stage)
    if not is_image(shape):
        return tr("unit {n}", n=unit + 1)
    channels, height, width = shape
    channel, rest = divmod(unit, height * width)
    row, column = divmod(rest, width)
    place = tr("row {row}, column {column}", row=row + 1, column=column + 1)
    if channels == 1:
        return place
    is_picture = stage in {0, len(journey.stages) - 1}
    has_colours = is_picture and channels == len(COLOURS)
    if brief:
        name = tr(COLOURS[channel]) if has_colours else tr("channel {n}", n=channel + 1)
        return tr("{name} ({row}, {column})", name=name, row=row + 1, column=column + 1)
    if has_colours:
        return tr("{place}, {colour}", place=place, colour=tr(COLOURS[channel]))
    return tr("channel {n}, {place}", n=channel + 1, place=place)


def shape_of(journey: Journey, stage: int) -> Shape:
    """Return the shape of a stage; the last one has the shape of the image."""
    if stage == len(journey.stages) - 1:
        return journey.image_shape
    return journey.stages[stage].shape


def number(value: float) -> str:
    """Return ``value`` formatted for display."""
    size = abs(value)
    spec = ".3e" if size and (size < 1e-3 or size >= 1e5) else ".4f" if size < 10 else ".2f"
    return localized(value, spec).replace("-", "−")  # a minus sign instead of a hyphen


def formula_lines(step: JourneyStep) -> list[str]:
    """Return the rule of a step, with symbols and with its numbers."""
    label = tr(ACTIVATIONS[step.activation].label)
    linear = step.activation == "identity"
    slope = "" if step.slope == 1.0 else f"{number(step.slope)} · "
    if step.rule == "sum":
        inner = f"{slope}(b + Σ wᵢ xᵢ)" if slope else "b + Σ wᵢ xᵢ"
        products = sum(term.product for term in step.terms)
        filled = f"{number(step.bias)} + ({number(products)})"
        filled = f"{slope}({filled})" if slope else filled
    elif step.rule == "affine":
        term = step.terms[0]
        inner, filled = (
            "α x + β",
            f"{number(term.weight)} · {number(term.value)} + ({number(step.bias)})",
        )
    else:
        inner = {"largest": "max xᵢ", "mean": "(1/n) Σ xᵢ", "copy": "Σ wᵢ xᵢ"}[step.rule]
        filled = number(step.total)
    if linear:
        lines = [f"a = {inner}", f"{number(step.value)} = {filled}"]
    else:
        lines = [
            f"a = {label}({inner})",
            f"{number(step.value)} = {label}({number(step.total)});   "
            f"{number(step.total)} = {filled}",
        ]
    if not step.is_kept:
        lines.append(tr("k-sparse: this number is not among the largest, so it is 0."))
    return lines


def rule_words(step: JourneyStep) -> str:
    """Return the rule of a step as a sentence."""
    return tr(_RULES[step.rule])


class PixelPicture(Cells, Painted):
    """One image, its channels below one another; a click or Enter selects a pixel. Passive."""

    pixel_chosen = Signal(int)
    """Emitted with the index of the pixel in ``[C, H, W]``, row-major."""
    usual_size = _HINT
    """Room in a row of docks below the map."""
    least_size = _MIN
    """Pixels can be told apart at it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._image: NDArray[np.float32] = np.zeros((1, 7, 5), np.float32)
        self._channels = 1
        self._image_style = GLYPHS
        self._chosen = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        self.figures = offer_painted(self, "image", fits=False)

    def set_image(self, image: NDArray[np.float32], image_style: ImageStyle, chosen: int) -> None:
        """Show ``image`` ``[C, H, W]`` with the pixel ``chosen`` marked."""
        self._channels = image.shape[0]
        self._image = image.reshape(1, -1, image.shape[2])
        self._image_style, self._chosen = image_style, chosen
        if 0 <= chosen < self.count():
            self._current = chosen
        self.update()

    def count(self) -> int:
        """Return the number of pixels."""
        return self._image.size

    def columns(self) -> int:
        """Return the number of pixels per row."""
        return int(self._image.shape[2])

    def _rect(self) -> QRect:
        height, width = self._image.shape[1:]
        return picture_rect(height, width, self.rect())

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the whole image: single pixels are not worth copying."""
        return self._rect() if self._rect().contains(position) else None

    def cell_rect(self, index: int) -> QRectF:
        """Return the rectangle of a pixel."""
        rect, (height, width) = QRectF(self._rect()), self._image.shape[1:]
        row, column = divmod(index, width)
        cell_width, cell_height = rect.width() / width, rect.height() / height
        return QRectF(
            rect.x() + column * cell_width, rect.y() + row * cell_height, cell_width, cell_height
        )

    def text_of(self, index: int) -> str:
        """Return position and level of a pixel as text."""
        channel, within = divmod(index, self.count() // self._channels)
        row, column = divmod(within, self.columns())
        level = localized(float(self._image.flat[index]), ".3f")
        words = tr(
            "Row {row}, column {column}: {level}", row=row + 1, column=column + 1, level=level
        )
        if self._channels != len(COLOURS):
            return words
        return tr("{place}, {colour}", place=words, colour=tr(COLOURS[channel]))

    def activate(self, index: int) -> None:
        """Emit ``pixel_chosen``."""
        self.pixel_chosen.emit(index)

    def paint(self, painter: QPainter) -> None:
        """Paint the image, the chosen pixel, and the hovered one or the keyboard cursor."""
        theme = current_theme()
        draw_picture(painter, self._rect(), quiet_picture(self._image, self._image_style))
        marks = [(self._chosen, theme.bad, 2)]
        if self.hasFocus() or self._hovered is not None:
            at = self._current if self._hovered is None else self._hovered
            marks.append((at, theme.accent, 1 if self._hovered is not None else 2))
        for place, colour, width in marks:
            if 0 <= place < self.count():
                painter.setPen(QPen(colour, width))
                painter.drawRect(self.cell_rect(place).adjusted(1, 1, -1, -1))


SOURCES = {
    "drawing": mark("Answer to the drawing"),
    "cursor": mark("Image at the cursor"),
}
"""Sources of the output: key -> label."""
_MAX_TERMS, _MIN_ROWS = 60, 2
_SIDE_BY_SIDE_PX = 520


@dataclass(frozen=True, eq=False)
class JourneySheet:
    """The state that the panel shows."""

    journey: Journey
    """The values of all layers."""
    answer: NDArray[np.float32]
    """The values of the last one as an image, ``[C, H, W]``."""
    path: tuple[UnitIndex, ...]
    """From the output pixel back to the current number."""
    image_style: ImageStyle
    """How images are rendered."""


class JourneyPanel(QWidget):
    """Shows a ``JourneySheet``; passive but for its signals."""

    source_chosen = Signal(str)
    """Emitted with a key of ``SOURCES``."""
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
        on_chosen(self.source, self.source_chosen.emit)
        self.picture = PixelPicture(tr("Answer: choose a pixel"))
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
        # A low panel scrolls its rows alone, not also as a whole.
        self._area.setMinimumHeight(_MIN_ROWS * for_text(ROW_PX))
        self._lay_out()
        self.set_message("")

    def _lay_out(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.path.setSizePolicy(policy)
        right = held(column(self.path, self.formula, (self._area, 1)))
        # The source stays at the top while there is no picture.
        left = held(column(self.source, (self.picture, 1), 0, spacing=SPACING))
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
        has_focus = self.path.isAncestorOf(QApplication.focusWidget() or self)
        while (item := self._crumbs.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, (stage, unit) in enumerate(path):
            words = f"{stage_words(journey, stage)}, {unit_words(journey, stage, unit)}"
            is_last = index == len(path) - 1
            text, tip = (words, "") if is_last else (f"{words}  ›", tr("Go back to here"))
            button = flat_text(text, tip, checkable=is_last)
            button.setAccessibleName(words)
            button.setChecked(is_last)
            button.clicked.connect(partial(self.step_chosen.emit, index))
            self._crumbs.addWidget(button)
            button.show()
            if has_focus and is_last:
                button.setFocus()

    @Slot(int)
    def _on_bars_chosen(self, index: int) -> None:
        if index < len(self._terms):
            self.unit_chosen.emit(self._terms[index].unit)
