"""Rows of original, corrupted and answer for a whole set, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QLabel,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.widgets.glyphs import argb_image, grey_levels, label_name, label_sign, palette
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import SPACING, current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

_LEAST_GLYPH_PX = 14
_MOST_GLYPH_PX = 40
_SEAM = 1
_FEW_WRONG = 1


@dataclass(frozen=True)
class _Layout:
    """Where the groups lie. A group is the two or three glyphs of one sample and a line of text.

    Attributes:
        scale: Screen pixels per image pixel.
        columns: Groups side by side.
        glyphs: Width and height of the glyphs of a group, in image pixels.
        group: Width and height of a group with the gap to the next, in image pixels.
    """

    scale: int
    columns: int
    glyphs: tuple[int, int]
    group: tuple[int, int]

    @property
    def row_px(self) -> int:
        return self.group[1] * self.scale

    def rect(self, place: int) -> QRect:
        """The group at ``place`` without gaps, in pixels from the top left of the first."""
        row, column = divmod(place, self.columns)
        return QRect(
            column * self.group[0] * self.scale,
            row * self.row_px,
            self.glyphs[0] * self.scale,
            self.row_px - SPACING // 2,
        )


class ReconstructionsView(QAbstractScrollArea):
    """All groups, painted in one go: the visible ones are one image, kept until something changes.

    Signals:
        sample_activated(index): A group was clicked, or Enter pressed on it.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._indices: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._wrong: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._images: tuple[NDArray[np.uint8], ...] = ()
        self._picture: QPixmap | None = None
        self._hovered: int | None = None
        self._current = 0
        self._message = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Reconstructions"))

    # -- what is shown ---------------------------------------------------------------------------

    def set_rows(
        self,
        labels: Sequence[str],
        images: Sequence[ArrayLike],
        wrong: NDArray[np.int64],
        indices: NDArray[np.int64],
    ) -> None:
        """Show N groups in the order given.

        Args:
            labels: N labels.
            images: The images of each group from left to right, each ``[N, H, W]``.
            wrong: Wrong pixels of each sample, int ``[N]``.
            indices: What ``sample_activated`` says for each, int ``[N]``.
        """
        resized = len(labels) != len(self._labels) or len(images) != len(self._images)
        self._labels, self._wrong, self._indices = tuple(labels), wrong, indices
        self._images = tuple(grey_levels(each) for each in images)
        self._current = min(self._current, max(0, len(self._labels) - 1))
        if resized:
            self._hovered = None
        self._update_scroll_bar()
        self._refresh()

    def set_message(self, message: str) -> None:
        """What to say while there are no rows."""
        self._message = message
        self._refresh()

    @property
    def current(self) -> int:
        """Place of the keyboard cursor."""
        return self._current

    def text_of(self, place: int) -> str:
        """Label and wrong pixels of the group at ``place``, in words."""
        wrong = trn("{n} wrong pixel", "{n} wrong pixels", int(self._wrong[place]))
        return f"{label_name(self._labels[place])}: {wrong}"

    def group_rect(self, place: int) -> QRect:
        """Where the group at ``place`` is painted, in pixels of the viewport."""
        return self._layout().rect(place).translated(SPACING, SPACING // 2 - self._scrolled())

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(420, 160)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(120, 60)

    def _scrolled(self) -> int:
        return self.verticalScrollBar().value()

    # -- layout ----------------------------------------------------------------------------------

    def _layout(self) -> _Layout:
        """The largest whole scale at which all groups fit; the least one if they never do."""
        width = self.viewport().width() - 2 * SPACING
        height = self.viewport().height() - SPACING
        image_height, image_width = self._images[0].shape[1:] if self._images else (7, 5)
        least = max(1, -(-_LEAST_GLYPH_PX // image_width))
        most = max(least, _MOST_GLYPH_PX // image_height)
        layout = self._layout_at(least, width)
        for scale in range(most, least, -1):
            candidate = self._layout_at(scale, width)
            rows = -(-len(self._labels) // candidate.columns)
            if rows * candidate.row_px <= height:
                return candidate
        return layout

    def _layout_at(self, scale: int, width: int) -> _Layout:
        image_height, image_width = self._images[0].shape[1:] if self._images else (7, 5)
        count = max(1, len(self._images))
        glyphs = count * image_width + (count - 1) * _SEAM
        text_px = self.fontMetrics().height() + SPACING
        gap = -(-2 * SPACING // scale)
        units = width // scale
        columns = max(1, (units + gap) // (glyphs + gap))
        # What is left over widens the gaps, up to twice their width.
        spare = (units + gap - columns * (glyphs + gap)) // max(1, columns - 1)
        group = (glyphs + gap + min(spare, gap), image_height + -(-text_px // scale))
        return _Layout(scale, columns, (glyphs, image_height), group)

    def _update_scroll_bar(self) -> None:
        layout = self._layout()
        rows = -(-len(self._labels) // layout.columns)
        page = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setPageStep(page)
        bar.setSingleStep(layout.row_px)
        bar.setRange(0, max(0, rows * layout.row_px + SPACING - page))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._update_scroll_bar()
        self._refresh()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        del dx, dy
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._update_scroll_bar()
            self._refresh()
        super().changeEvent(event)

    def _refresh(self) -> None:
        self._picture = None
        if self._labels:
            describe(self, self.text_of(self._current), spoken=False)
        self.viewport().update()

    # -- mouse and keys --------------------------------------------------------------------------

    def place_at(self, position: QPoint) -> int | None:
        """The place of the group under ``position`` in the viewport, or None."""
        layout = self._layout()
        x, y = position.x() - SPACING, position.y() - SPACING // 2 + self._scrolled()
        column, row = x // (layout.group[0] * layout.scale), y // layout.row_px
        place = row * layout.columns + column
        inside = 0 <= column < layout.columns and row >= 0 and place < len(self._labels)
        return place if inside and self.group_rect(place).contains(position) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._hover(self.place_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        place = self.place_at(event.position().toPoint())
        if place == self._current and event.button() == Qt.MouseButton.LeftButton and self._labels:
            self._activate()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos())
            text = "" if place is None else self.text_of(place)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        columns, last = self._layout().columns, len(self._labels) - 1
        steps: dict[int, int] = {
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Up: self._current - columns,
            Qt.Key.Key_Down: self._current + columns,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in steps and self._labels:
            self._go(min(max(steps[event.key()], 0), last))
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._labels:
            self._activate()
        else:
            super().keyPressEvent(event)

    def _activate(self) -> None:
        self.sample_activated.emit(int(self._indices[self._current]))

    def _go(self, place: int) -> None:
        self._current = place
        describe(self, self.text_of(place))
        rect = self.group_rect(place)
        bar = self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - SPACING // 2)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + SPACING)
        self.viewport().update()

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.viewport().update()

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        painter = QPainter(self.viewport())
        if not self._labels:
            painter.setPen(current_theme().text_dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, self._message)
            return
        if self._picture is None:
            self._picture = self._composed()
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(current_theme().accent, 1))
        if self._hovered is not None and self._hovered < len(self._labels):
            painter.drawRect(self.group_rect(self._hovered).adjusted(-4, -3, 3, 0))
        if self.hasFocus():
            painter.setPen(QPen(current_theme().accent, 2))
            painter.drawRect(self.group_rect(self._current).adjusted(-4, -3, 4, 0))

    def _composed(self) -> QPixmap:
        """The visible groups with their texts, as large as the viewport."""
        layout = self._layout()
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.viewport().size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        first = max(0, self._scrolled() // layout.row_px)
        last = (self._scrolled() + self.viewport().height()) // layout.row_px + 1
        places = range(first * layout.columns, min(len(self._labels), (last + 1) * layout.columns))
        if not places:
            return picture
        painter = QPainter(picture)
        sheet = argb_image(self._sheet(layout, places))
        corner = self.group_rect(places[0]).topLeft()
        painter.drawImage(QRect(corner, sheet.size() * layout.scale), sheet)
        self._paint_texts(painter, layout, places)
        painter.end()
        return picture

    def _sheet(self, layout: _Layout, places: range) -> NDArray[np.uint32]:
        """The groups at ``places``, one pixel per image pixel, premultiplied ARGB."""
        theme = current_theme()
        colours = palette(theme.pixel_on, theme.pixel_off)
        _, height, width = self._images[0].shape
        rows = -(-len(places) // layout.columns)
        group_width, group_height = layout.group
        cells = np.zeros((rows * layout.columns, group_height, group_width), dtype=np.uint32)
        for number, images in enumerate(self._images):
            left = number * (width + _SEAM)
            shown = images[places.start : places.stop]
            cells[: len(places), :height, left : left + width] = colours[shown]
        grid = cells.reshape(rows, layout.columns, group_height, group_width).swapaxes(1, 2)
        return grid.reshape(rows * group_height, layout.columns * group_width)

    def _paint_texts(self, painter: QPainter, layout: _Layout, places: range) -> None:
        """Under each group its label to the left and its wrong pixels to the right."""
        theme = current_theme()
        painter.setFont(figures_font(self.font()))
        ascent = self.fontMetrics().ascent()
        zero = self.fontMetrics().horizontalAdvance("0")
        top = layout.glyphs[1] * layout.scale + 2 + ascent
        for colour, chosen in (
            (theme.text_dim, self._wrong == 0),
            (theme.text, (self._wrong > 0) & (self._wrong <= _FEW_WRONG)),
            (theme.bad, self._wrong > _FEW_WRONG),
        ):
            painter.setPen(colour)
            for place in (
                np.flatnonzero(chosen[places.start : places.stop]) + places.start
            ).tolist():
                rect = self.group_rect(place)
                number = str(self._wrong[place])
                painter.drawText(rect.left(), rect.top() + top, label_sign(self._labels[place]))
                painter.drawText(rect.right() + 1 - zero * len(number), rect.top() + top, number)


class ReconstructionsPanel(QWidget):
    """Every sample beside the network's answer to it, the worst first, under a summary.

    Signals:
        sample_activated(index): A sample was clicked or Enter pressed on it.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ReconstructionsView()
        self._summary = QLabel()
        self._summary.setProperty("dim", True)
        self._summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._summary.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._summary)
        layout.addWidget(self.view, 1)
        self.view.sample_activated.connect(self.sample_activated)
        self.clear(tr("Press Train to see what the network makes of every character."))

    def clear(self, reason: str) -> None:
        """Show nothing but ``reason``."""
        empty = np.zeros(0, dtype=np.int64)
        self.view.set_rows((), (), empty, empty)
        self.view.set_message(reason)
        self._summary.hide()

    def set_rows(
        self,
        labels: Sequence[str],
        original: ArrayLike,
        corrupted: ArrayLike | None,
        output: ArrayLike,
        wrong: ArrayLike,
        indices: ArrayLike | None = None,
    ) -> None:
        """Show N samples, the worst first.

        Args:
            labels: N labels.
            original: ``[N, H, W]`` in [0, 1].
            corrupted: What the network was shown, ``[N, H, W]``; None where that is the original.
            output: The answers, ``[N, H, W]``.
            wrong: Wrong pixels of each, int ``[N]``.
            indices: Place in the set of each, as ``sample_activated`` says it; None: 0..N-1.
        """
        counts = np.asarray(wrong, dtype=np.int64)
        places = np.arange(len(counts)) if indices is None else np.asarray(indices, dtype=np.int64)
        order = np.argsort(-counts, kind="stable")
        images = [original, output] if corrupted is None else [original, corrupted, output]
        self.view.set_rows(
            [labels[place] for place in order.tolist()],
            [np.asarray(each)[order] for each in images],
            counts[order],
            places[order],
        )
        self._summary.setText(_summary(counts, corrupted is not None))
        self._summary.setToolTip(self._summary.text())
        self._summary.setVisible(len(counts) > 0)

    @property
    def summary(self) -> str:
        """What is said above the rows."""
        return self._summary.text()


def _summary(wrong: NDArray[np.int64], has_noise: bool) -> str:
    order = tr("original, with noise, answer") if has_noise else tr("original, answer")
    perfect = tr(
        "{perfect} of {count} perfect", perfect=int(np.count_nonzero(wrong == 0)), count=len(wrong)
    )
    worst = trn("worst: {n} wrong pixel", "worst: {n} wrong pixels", int(wrong.max(initial=0)))
    return f"{perfect} · {worst} · {order}"
