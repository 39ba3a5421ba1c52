"""All samples of a set as small images; only the visible ones are rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from aegui.core.i18n import tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import PaintedArea
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme
from aegui.session.data.image_style import image_style_of_images
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

_CELL_PX = 52
_MIN_CELL_PX = 34
_FADED = 0.28
_PAD_PX = 3


class Gallery(Cells, PaintedArea):
    """A scrolling grid of samples that reflows with the width, with a keyboard cursor.

    It shows any selection of a set, in any order. Samples left out of training are faded. A sample
    can be dragged to wherever samples are accepted, such as the boxes of a concept.
    """

    activated = Signal(int)
    """With index: a sample was clicked, or Enter pressed on it."""
    toggled = Signal(int)
    """With index: a sample is to be included or left out: Ctrl and a click, or Space."""
    usual_size = QSize(5 * _CELL_PX + 2 * SPACING, 4 * _CELL_PX)
    least_size = QSize(2 * _CELL_PX, 2 * _CELL_PX)

    def __init__(self, *, drags_all: bool = False) -> None:
        """``drags_all``: dragging any sample drags all that are shown."""
        super().__init__()
        self._drags_all = drags_all
        self._pictures = GlyphCache(most_px=None)
        self._labels: Sequence[str] = ()
        self._names: Sequence[str] = ()
        self.shown: NDArray[np.int64] = np.zeros(0, np.int64)
        """Indices in the set of the samples shown."""
        self._is_used: NDArray[np.bool_] | None = None
        self._cell_px = _CELL_PX
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Samples of the set"))
        self.figures = offer_painted(self, "samples")

    # -- what is shown ---------------------------------------------------------------------------

    def set_samples(
        self, images: NDArray[np.float32], labels: Sequence[str], names: Sequence[str]
    ) -> None:
        """Set N samples, ``images`` ``[N, C, H, W]`` (not copied), and show all of them."""
        self._pictures.set_images(images, image_style_of_images(images))
        self._labels, self._names = labels, names
        self._is_used = None
        self._cell_px = _cell_px(max(images.shape[2:]))
        self.set_shown(None)

    def set_shown(self, indices: NDArray[np.int64] | None) -> None:
        """Show the samples at ``indices``, in that order; None for all."""
        self.shown = np.arange(len(self._pictures)) if indices is None else indices
        self._current = 0
        self._arrange()
        self.verticalScrollBar().setValue(0)
        self.keep_current()
        if not len(self.shown):
            describe(self, tr("No samples"), spoken=False)

    def go_near(self, index: int) -> None:
        """Move the keyboard cursor to sample ``index``, or the next one shown after it."""
        if len(self.shown):
            position = int(np.searchsorted(self.shown, index))
            self.go_to(min(position, len(self.shown) - 1))

    def set_used(self, is_used: NDArray[np.bool_] | None) -> None:
        """Set which samples of the set take part in training, bool ``[N]``; None for all."""
        self._is_used = is_used
        self.viewport().update()

    @property
    def current(self) -> int | None:
        """Return the index in the set under the keyboard cursor; None where nothing is shown."""
        return int(self.shown[self._current]) if len(self.shown) else None

    def title(self, index: int) -> str:
        """Return the title of sample ``index``: its name, with the label if the two differ."""
        label, name = label_name(self._labels[index]), self._names[index]
        if not name.strip() or name == self._labels[index]:
            return label
        return tr("{name} ({label})", name=label_name(name), label=label)

    def _arrange(self) -> None:
        # Decided by the width without a scroll bar: otherwise the bar, by taking room, would
        # toggle.
        columns = max(1, self.width() // self._cell_px)
        needs_bar = -(-len(self.shown) // columns) * self._cell_px > self.height()
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if needs_bar else policy.ScrollBarAlwaysOff
        )
        rows = -(-len(self.shown) // self.columns())
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * self._cell_px - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._cell_px // 2)
        self.viewport().update()

    def count(self) -> int:
        """Return the number of samples shown."""
        return len(self.shown)

    def columns(self) -> int:
        """Return the number of columns."""
        return max(1, self.viewport().width() // self._cell_px)

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of the sample shown at ``index``, in viewport pixels."""
        row, column = divmod(index, self.columns())
        top = row * self._cell_px - self.verticalScrollBar().value()
        return QRect(column * self._cell_px, top, self._cell_px, self._cell_px)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._arrange()

    # -- what is said and done -------------------------------------------------------------------

    def text_of(self, index: int) -> str:
        """Return the title of the sample."""
        return self.title(int(self.shown[index]))

    def spoken(self, index: int) -> str:
        """Return its title, its position and whether it is left out."""
        out = self._is_used is not None and not self._is_used[self.shown[index]]
        at = tr("{index:,} of {count:,}", index=index + 1, count=len(self.shown))
        words = [self.text_of(index), at, tr("left out") if out else ""]
        return ", ".join(word for word in words if word)

    def activate(self, index: int) -> None:
        """Emit ``activated`` for the sample."""
        self.activated.emit(int(self.shown[index]))

    def toggle(self, index: int) -> None:
        """Emit ``toggled`` for the sample."""
        self.toggled.emit(int(self.shown[index]))

    def dragged(self, index: int) -> list[int]:
        """Return the index of the sample, or those of all samples shown."""
        places = self.shown if self._drags_all else self.shown[index : index + 1]
        return [int(index) for index in places]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space toggles; other keys are handled by ``Cells``."""
        if event.key() == Qt.Key.Key_Space and len(self.shown):
            self.toggle(self._current)
        else:
            super().keyPressEvent(event)

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self.viewport())
        columns = self.columns()
        scrolled = self.verticalScrollBar().value()
        first = (event.rect().top() + scrolled) // self._cell_px * columns
        last = ((event.rect().bottom() + scrolled) // self._cell_px + 1) * columns
        for index in range(first, min(last, len(self.shown))):
            self._paint_cell(painter, index)

    def _paint_cell(self, painter: QPainter, position: int) -> None:
        theme = current_theme()
        index = int(self.shown[position])
        cell = self.cell_rect(position)
        box = cell.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
        is_out = self._is_used is not None and not self._is_used[index]
        painter.setOpacity(_FADED if is_out else 1.0)
        target = draw_glyph(painter, box, self._pictures.image(index))
        painter.setOpacity(1.0)
        is_current = position == self._current and self.hasFocus()
        colour = theme.accent if is_current or position == self._hovered else theme.grid
        painter.setPen(QPen(colour, 2 if is_current else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(target).adjusted(-0.5, -0.5, 0.5, 0.5))


def _cell_px(side: int) -> int:
    """Return the cell size for images of ``side`` pixels; integer scale, or shrunk if large."""
    if side + 2 * _PAD_PX > _CELL_PX:
        return _CELL_PX
    scale = max(1, (_MIN_CELL_PX - 2 * _PAD_PX) // side)
    return max(_MIN_CELL_PX, scale * side + 2 * _PAD_PX)
