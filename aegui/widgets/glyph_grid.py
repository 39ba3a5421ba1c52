"""A grid of glyphs that reflows with the width, to pick one glyph or check several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import tr
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

CELL_PX = 32
_GLYPH_PX = 24
_HINT_COLUMNS = 8
_CLEAR = QColor(0, 0, 0, 0)
_PRESSES = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class GlyphGrid(Cells, Painted):
    """A grid of glyphs with a keyboard cursor.

    Args:
        checkable: Whether glyphs are checked and unchecked; otherwise one is picked.
    """

    picked = Signal(int)
    """With index: a glyph was clicked, or Enter pressed on it; only if not checkable."""
    checked_changed = Signal()
    """The user checked or unchecked glyphs; only if checkable."""
    current_moved = Signal(int, int)
    """With x, y: the keyboard cursor has moved to the glyph around that point, which should be
    scrolled into view."""
    least_size = QSize(4 * CELL_PX, CELL_PX)

    def __init__(self, *, checkable: bool) -> None:
        super().__init__()
        self._checkable = checkable
        self._labels: tuple[str, ...] = ()
        self._glyphs = GlyphCache()
        self._checked: set[int] = set()
        self._dragged_state: bool | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("Characters"))

    # -- what is shown ---------------------------------------------------------------------------

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Show N images ``[N, H, W]`` or ``[N, C, H, W]``, not copied; none is checked."""
        self._labels = tuple(labels)
        self._glyphs.set_images(images, image_style)
        self._checked.clear()
        self._current = min(self._current, max(0, len(self._labels) - 1))
        self._hovered = None
        self.updateGeometry()
        self._changed()

    def set_checked(self, indices: Iterable[int]) -> None:
        """Check exactly ``indices``, without emitting a signal."""
        self._checked = set(indices)
        self._changed()

    def set_current(self, index: int) -> None:
        """Move the keyboard cursor to ``index``."""
        self._current = index
        self._changed()
        self._tell_current()

    def _tell_current(self) -> None:
        middle = self.cell_rect(self._current).center()
        self.current_moved.emit(middle.x(), middle.y())

    @property
    def checked(self) -> tuple[int, ...]:
        """Return the checked indices in ascending order."""
        return tuple(sorted(self._checked))

    @property
    def current(self) -> int:
        """Return the index under the keyboard cursor."""
        return self._current

    def count(self) -> int:
        """Return the number of glyphs."""
        return len(self._labels)

    def columns(self) -> int:
        """Return the number of columns."""
        return max(1, self.width() // CELL_PX)

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of glyph ``index``, in widget pixels."""
        row, column = divmod(index, self.columns())
        return QRect(column * CELL_PX, row * CELL_PX, CELL_PX, CELL_PX)

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        columns = max(1, width // CELL_PX)
        return max(1, -(-len(self._labels) // columns)) * CELL_PX

    def sizeHint(self) -> QSize:  # noqa: D102
        width = _HINT_COLUMNS * CELL_PX
        return QSize(width, self.heightForWidth(width))

    def text_of(self, index: int) -> str:
        """Return the name of the glyph."""
        return label_name(self._labels[index])

    def spoken(self, index: int) -> str:
        """Return its name, its position and whether it is checked."""
        text = f"{self.text_of(index)}, " + tr(
            "{index:,} of {count:,}", index=index + 1, count=len(self._labels)
        )
        if not self._checkable:
            return text
        return f"{text}, {tr('chosen') if index in self._checked else tr('not chosen')}"

    def _changed(self) -> None:
        if self._labels:
            describe(self, self.spoken(self._current))
        self.update()

    # -- ticking and picking ---------------------------------------------------------------------

    def _check(self, index: int, state: bool) -> None:
        if (index in self._checked) == state:
            return
        self._checked ^= {index}
        self._changed()
        self.checked_changed.emit()

    def _press(self, index: int) -> None:
        if self._checkable:
            self._check(index, index not in self._checked)
        else:
            self.picked.emit(index)

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self.index_at(event.position().toPoint())
        if index is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._current = index
        if self._checkable:
            # Every glyph that the drag passes over gets the new state of the first one.
            self._dragged_state = index not in self._checked
            self._check(index, self._dragged_state)
        self._changed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self.index_at(event.position().toPoint())
        if self._dragged_state is not None and index is not None:
            self._current = index
            self._check(index, self._dragged_state)
        self._hover(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._dragged_state = None
        index = self.index_at(event.position().toPoint())
        if not self._checkable and index is not None and index == self._current:
            self.picked.emit(index)

    # -- keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        target = self.target(event.key())
        if not self._labels:
            super().keyPressEvent(event)
        elif target is not None:
            self._move(target, sweep=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() in _PRESSES:
            if not event.isAutoRepeat():
                self._press(self._current)
        elif self._checkable and event.matches(QKeySequence.StandardKey.SelectAll):
            self.set_checked(range(len(self._labels)))
            self.checked_changed.emit()
        elif event.text() and event.text() in self._labels:
            self.set_current(self._labels.index(event.text()))
        else:
            super().keyPressEvent(event)

    def _move(self, target: int, *, sweep: bool) -> None:
        """Move the cursor to ``target``; a sweep gives all glyphs passed the state of the first."""
        start = self._current
        self._current = target
        if sweep and self._checkable and start != target:
            passed = range(min(start, target), max(start, target) + 1)
            state = start in self._checked
            self._checked = self._checked | set(passed) if state else self._checked - set(passed)
            self.checked_changed.emit()
        self._changed()
        self._tell_current()

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        # There may be 70,000 cells: only those in the exposed area are visited.
        first = event.rect().top() // CELL_PX * self.columns()
        last = (event.rect().bottom() // CELL_PX + 1) * self.columns()
        for index in range(max(0, first), min(len(self._labels), last)):
            self._paint_cell(painter, index, self.cell_rect(index))

    def _paint_cell(self, painter: QPainter, index: int, cell: QRect) -> None:
        theme = current_theme()
        checked = index in self._checked
        inner = cell.adjusted(1, 1, -1, -1)
        hovered = index == self._hovered
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if checked or hovered else theme.grid, 1))
        painter.setBrush(theme.pixel_off if checked or not self._checkable else theme.panel)
        painter.drawRoundedRect(QRectF(inner).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        lit = theme.pixel_on if checked or not self._checkable else theme.text_dim
        box = QRect(0, 0, _GLYPH_PX, _GLYPH_PX)
        box.moveCenter(cell.center())
        draw_glyph(painter, box, self._glyphs.image(index, lit, _CLEAR))
        if checked:
            self._paint_tick(painter, inner)
        if index == self._current and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRoundedRect(QRectF(inner), 3, 3)

    def _paint_tick(self, painter: QPainter, cell: QRect) -> None:
        painter.setPen(QPen(current_theme().accent, 1.5))
        right, bottom = cell.right() - 2, cell.bottom() - 3
        painter.drawPolyline(
            [QPoint(right - 6, bottom - 3), QPoint(right - 4, bottom), QPoint(right, bottom - 6)]
        )
