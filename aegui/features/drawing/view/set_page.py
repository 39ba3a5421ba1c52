"""The page of the set: a text written in its characters, and a gallery to edit its samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.data.byte_images import as_images
from aegui.core.data.readers.names import LONGEST_LABEL
from aegui.core.i18n import mark, tr
from aegui.kit.layouts import column, row, scrolled
from aegui.kit.marks import flat_button
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import current_theme, icon_px
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.dragged_samples import drag_samples, is_dragged
from aegui.widgets.glyph_grid import CELL_PX, GlyphGrid
from aegui.widgets.glyphs import GlyphCache, draw_picture, label_sign, picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
    )

DRAWING_SIGN = "\N{LOWER RIGHT PENCIL}"
"""Represents the drawing in the typed text."""
STAR = "*"
"""Represents it too, as it is on every keyboard, unless the set has this character."""
_LONGEST = 40
_LARGEST_SCALE = 4
_HEIGHT_PX = 36
_MARGIN_PX = 4
_MARK_PX = 3
_EDGE_PX = 10
"""Within this distance from the edge of the visible area, a drag scrolls."""
_ALT = Qt.KeyboardModifier.AltModifier
_EDITS = {
    "redraw": mark("Put the drawing in its place"),
    "duplicate": mark("Duplicate (Insert)"),
    "delete": mark("Delete (Delete)"),
    "import": mark("Add the samples of a file…"),
    "export": mark("Save the set as a file…"),
}
_OF_ONE = ("redraw", "duplicate", "delete")


class TextStrip(QWidget):
    """A text field and the rendered line below it.

    The drawing replaces its own character, ``DRAWING_SIGN`` (which the button inserts), and ``*``;
    characters missing from the set are rendered as gaps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.put = flat_button("edit-pencil", tr("Put the drawing into the text"), pixels=icon_px())
        self.line = _Line()
        self.field.setMaxLength(_LONGEST)
        self.field.setPlaceholderText(tr("Type a text"))
        self.field.setAccessibleName(tr("Text written in the set"))
        self.field.setToolTip(
            tr(
                "The drawing represents its own character and {sign}; also *, unless the set has "
                "one",
                sign=DRAWING_SIGN,
            )
        )
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.cursorPositionChanged.connect(self._on_field_cursor_position_changed)
        self.put.clicked.connect(self._on_put_clicked)
        self.line.hide()
        line = row((self.field, 1), self.put, spacing=0)
        self.setLayout(column(line, self.line))

    def _on_field_text_changed(self, text: str) -> None:
        self.line.set_text(text)
        self.line.setVisible(bool(text))

    def _on_field_cursor_position_changed(self, _old: int, new: int) -> None:
        self.line.set_cursor(new)

    def _on_put_clicked(self) -> None:
        self.field.insert(DRAWING_SIGN)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Set the characters: N labels (single letters are used) and ``[N, (C,) H, W]``."""
        self.line.set_samples(labels, images, image_style)
        self.setVisible(self.line.is_usable)


class _Line(PaintedBase):
    """The rendered line."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._glyphs = GlyphCache()
        self._indices: dict[str, int] = {}
        self._shape = (7, 5)
        self._text = ""
        self._cursor = 0
        self._drawing: NDArray[np.float32] | None = None
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("The text in the characters of the set"))

    @property
    def is_usable(self) -> bool:
        """Whether the set has any usable character."""
        return bool(self._indices)

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle
    ) -> None:
        pixels = as_images(images)
        self._glyphs.set_images(pixels, image_style)
        self._indices = {
            label: index
            for index, label in reversed(tuple(enumerate(labels[: _most(labels)])))
            if len(label) == 1
        }
        self._shape = (pixels.shape[-2], pixels.shape[-1])
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleDescription(text)
        self.update()

    def set_cursor(self, index: int) -> None:
        """Set the text cursor, which is kept visible if the text is too long."""
        self._cursor = index
        self.update()

    def set_drawing(self, pixels: NDArray[np.float32], label: str) -> None:
        self._drawing, self._label = pixels, label
        self.update()

    def indices(self) -> list[int | None]:
        """Return the index into the set for every character; -1 for the drawing, None for a gap."""
        return [self._place(sign) for sign in self._text]

    def _place(self, sign: str) -> int | None:
        stands = sign == DRAWING_SIGN or (sign == STAR and sign not in self._indices)
        if (
            (stands or sign == self._label)
            and self._drawing is not None
            and self._drawing.shape[-2:] == self._shape
        ):
            return -1
        return self._indices.get(sign)

    def sizeHint(self) -> QSize:
        return QSize(120, self._line_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._line_height())

    def _line_height(self) -> int:
        return max(_HEIGHT_PX, self._shape[0] + _MARGIN_PX)

    def scale(self) -> int:
        """Return the pixel scale at which the text fits, at least 1."""
        height, width = self._shape
        across = self.width() // max(1, (width + 1) * len(self._text) + 1)
        return max(1, min(_LARGEST_SCALE, (_HEIGHT_PX - _MARGIN_PX) // height, across))

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of the ``index``-th character."""
        height, width = self._shape
        scale = self.scale()
        left = self._left(scale) + index * (width + 1) * scale
        return QRect(left, (self.height() - height * scale) // 2, width * scale, height * scale)

    def _left(self, scale: int) -> int:
        """Return the left edge of the text, shifted if the cursor would be out of view."""
        step = (self._shape[1] + 1) * scale
        spare = self.width() - _MARGIN_PX - step * len(self._text)
        return min(_MARGIN_PX, max(spare, self.width() // 2 - step * self._cursor))

    def paint(self, painter: QPainter) -> None:
        theme = current_theme()
        if self._glyphs.image_style.glyphs:
            painter.fillRect(self.rect(), theme.pixel_off)
        for position, index in enumerate(self.indices()):
            rect = self.cell_rect(position)
            if index == -1 and self._drawing is not None:
                draw_picture(painter, rect, picture(self._drawing, self._glyphs.image_style))
                painter.setPen(QPen(theme.accent, 1))
                painter.drawLine(rect.left(), rect.bottom() + 2, rect.right(), rect.bottom() + 2)
            elif index is not None:
                glyph = self._glyphs.image(index, theme.pixel_on, theme.pixel_off)
                draw_picture(painter, rect, glyph)


def _most(labels: Sequence[str]) -> int:
    """Return how many labels to look at: large sets have no further characters after these."""
    return min(len(labels), 4096)


class SetGallery(GlyphGrid):
    """A grid of samples: a click selects one, a double click or Enter opens it.

    Dragging a sample moves it within the set; dragging it out of the gallery carries it to views
    that accept samples, or back into the gallery.
    """

    moved = Signal(int, int)
    """With index, place: the sample at ``index`` is to be moved to ``place``."""
    chosen = Signal(int)
    """With index: the current sample has changed."""
    edge_neared = Signal(int, int)
    """With x, y: a drag is at the edge of the visible area: scroll to this point."""
    delete_requested = Signal(int)
    duplicate_requested = Signal(int)
    rename_requested = Signal(int)
    """With index: requested by key."""

    def __init__(self) -> None:
        super().__init__(checkable=False)
        self._gap: int | None = None
        self._is_locked = False
        self._is_known = True
        self.setAcceptDrops(True)

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        self._is_locked = locked

    def set_known(self, known: bool) -> None:
        """Set whether other views show this set, so that its samples can be dragged there."""
        self._is_known = known

    def _changed(self) -> None:
        super()._changed()
        self.chosen.emit(self.current)

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mousePressEvent(event)
        position = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self.index_at(position) is not None:
            self._pressed = position

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseMoveEvent(event)
        position = event.position().toPoint()
        begun = self._pressed is not None and is_dragged(self._pressed, position)
        if not begun and self._gap is None:
            return
        if self._is_known and not self.visibleRegion().boundingRect().contains(position):
            self._drag_out()
        elif not self._is_locked:
            self._show_gap(position)

    def _drag_out(self) -> None:
        """Start a drag-and-drop operation with the current sample."""
        self._pressed = None
        self._set_gap(None)
        drag_samples(self, [self.current])

    def _show_gap(self, position: QPoint) -> None:
        self._set_gap(self._gap_at(position))
        visible = self.visibleRegion().boundingRect()
        for edge, direction in ((visible.top(), -1), (visible.bottom(), 1)):
            if abs(position.y() - edge) < _EDGE_PX:
                self.edge_neared.emit(position.x(), edge + direction * CELL_PX // 2)

    def _set_gap(self, gap: int | None) -> None:
        self._gap = gap
        self.update()

    def _gap_at(self, position: QPoint) -> int:
        """Return the gap between samples nearest to ``position``; 0 is before the first."""
        columns = self.columns()
        row = max(0, position.y() // CELL_PX)
        column = min(max(round(position.x() / CELL_PX), 0), columns)
        return min(row * columns + column, len(self._labels))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        gap, self._pressed = self._gap, None
        self._set_gap(None)
        if gap is not None and event.button() == Qt.MouseButton.LeftButton:
            self._move_to(gap)

    def _move_to(self, gap: int) -> None:
        target = gap - 1 if gap > self.current else gap
        if target != self.current:
            self.moved.emit(self.current, target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(index)

    # -- what was dragged out and comes back -----------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        if event.source() is self and not self._is_locked:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: D102
        self._show_gap(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: D102
        del event
        self._set_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        gap = self._gap_at(event.position().toPoint())
        self._set_gap(None)
        event.acceptProposedAction()
        self._move_to(gap)

    # -- keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        signals = {
            Qt.Key.Key_Delete: self.delete_requested,
            Qt.Key.Key_Backspace: self.delete_requested,
            Qt.Key.Key_Insert: self.duplicate_requested,
            Qt.Key.Key_F2: self.rename_requested,
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._gap is not None:
            self._pressed = None
            self._set_gap(None)
        elif self._labels and event.modifiers() & _ALT and self.target(key) is not None:
            self._shift(key)
        elif self._labels and key in signals:
            if not self._is_locked:
                signals[key].emit(self.current)
        else:
            super().keyPressEvent(event)

    def _shift(self, key: int) -> None:
        place = self.target(key)
        if place is not None and place != self.current and not self._is_locked:
            self.moved.emit(self.current, place)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        painter = QPainter(self)
        theme = current_theme()
        if self._labels:
            # The current sample, which the buttons act on, is marked without focus too.
            painter.setPen(theme.accent)
            painter.drawRect(self.cell_rect(self.current).adjusted(1, 1, -2, -2))
        if self._gap is not None:
            painter.fillRect(self._gap_rect(self._gap), theme.accent)

    def _gap_rect(self, gap: int) -> QRect:
        if gap and gap % self.columns() == 0:
            cell = self.cell_rect(gap - 1)
            return QRect(cell.right() - _MARK_PX + 1, cell.y(), _MARK_PX, cell.height())
        cell = self.cell_rect(gap)
        return QRect(max(0, cell.x() - 1), cell.y(), _MARK_PX, cell.height())


class SetPage(QWidget):
    """Shows the samples and requests their edits; passive but for its signals."""

    moved = Signal(int, int)
    """Move the sample at an index to another place."""
    duplicate_requested = Signal(int)
    delete_requested = Signal(int)
    redraw_requested = Signal(int)
    renamed = Signal(int, str)
    """Edit the sample at that index; the last one with its new label."""
    import_requested = Signal()
    export_requested = Signal()
    """Add a file, or save the set."""

    def __init__(self) -> None:
        super().__init__()
        self.strip = TextStrip()
        self.gallery = SetGallery()
        self._area: QScrollArea
        self.label = QLineEdit()
        self.buttons = {key: self._button(key, text) for key, text in _EDITS.items()}
        self._change = QLabel()
        self.train_on = QPushButton(tr("Train on"))
        self._labels: Sequence[str] = ()
        self._requested: int | None = None
        self._is_locked = False
        self._layout: QVBoxLayout
        self._build()
        edits = row((self.label, 1), *self.buttons.values(), spacing=0)
        change = row((self._change, 1), self.train_on)
        area = self._area = scrolled(self.gallery, takes_focus=True)
        self.gallery.current_moved.connect(area.ensureVisible)
        self.gallery.edge_neared.connect(self._on_gallery_edge_neared)
        self._layout = column(self.strip, (area, 1), edits, change)
        self.setLayout(self._layout)
        self.set_change("", can_continue=False)

    def _button(self, key: str, text: str) -> QToolButton:
        button = flat_button(f"edit-{key}", tr(text), pixels=icon_px())
        button.setObjectName(key)
        button.clicked.connect(partial(self._on_button_clicked, key))
        return button

    def _build(self) -> None:
        self.label.setMaxLength(LONGEST_LABEL)
        self.label.setAccessibleName(tr("Label of the chosen sample"))
        self.label.setToolTip(tr("Label of the chosen sample; Enter renames it (F2)"))
        self.label.setMinimumWidth(32)
        self.label.returnPressed.connect(self._on_label_return_pressed)
        self._change.setWordWrap(True)
        self._change.setProperty("state", "warn")
        self.train_on.setToolTip(
            tr(
                "The network was trained on other data: continue from its weights with the current"
                " set"
            )
        )
        gallery = self.gallery
        gallery.setAccessibleName(tr("Samples of the set"))
        gallery.moved.connect(self.moved)
        gallery.duplicate_requested.connect(self.duplicate_requested)
        gallery.delete_requested.connect(self.delete_requested)
        gallery.rename_requested.connect(self._on_gallery_rename_requested)
        gallery.chosen.connect(self._show_chosen)

    # -- what is shown ---------------------------------------------------------------------------

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Show N samples: their labels, and ``[N, H, W]`` or ``[N, C, H, W]``, not copied."""
        before, self._labels = self._labels, labels
        chosen = self.gallery.current
        self.gallery.set_samples(labels, images, image_style)
        if chosen < len(before):
            self._keep_chosen(before, chosen)
        self.strip.set_samples(labels, images, image_style)
        # Otherwise widgets hidden while the page is hidden would keep their room.
        self._layout.invalidate()
        self._layout.activate()
        self._show_chosen(self.gallery.current)
        self._choose_requested()

    def _keep_chosen(self, before: Sequence[str], chosen: int) -> None:
        """Select the sample that was ``chosen`` in ``before`` if it is at another place now."""
        label, labels, now = before[chosen], self._labels, self.gallery.current
        if now < len(labels) and labels[now] == label:
            return
        # Where several share a label, as digits do, it does not say which one was chosen.
        if before.count(label) == labels.count(label) == 1:
            self.gallery.set_current(labels.index(label))

    def choose(self, index: int) -> None:
        """Select the sample at ``index``, as soon as it is in the gallery."""
        self._requested = index
        self._choose_requested()

    def _choose_requested(self) -> None:
        index = self._requested
        if index is not None and index < self.gallery.count():
            self._requested = None
            self.gallery.set_current(index)

    def set_locked(self, reason: str) -> None:
        """Disable editing for ``reason``; "" enables it."""
        self._is_locked = bool(reason)
        self.gallery.set_locked(self._is_locked)
        for key in (*_OF_ONE, "import"):
            self.buttons[key].setEnabled(not self._is_locked)
            self.buttons[key].setToolTip(reason or tr(_EDITS[key]))
        self.label.setEnabled(not self._is_locked)

    def set_change(self, words: str, *, can_continue: bool) -> None:
        """Show how the set differs from the one trained on; "" hides the message."""
        self._change.setText(words)
        self._change.setVisible(bool(words))
        self.train_on.setVisible(bool(words) and can_continue)

    def _show_chosen(self, index: int) -> None:
        if index < len(self._labels):
            self.label.setText(_seen(self._labels[index]))
            self.label.setCursorPosition(0)

    # -- edits -----------------------------------------------------------------------------------

    def _on_button_clicked(self, key: str, _checked: bool = False) -> None:
        if key == "import":
            self.import_requested.emit()
        elif key == "export":
            self.export_requested.emit()
        elif self._labels:
            signals = {
                "redraw": self.redraw_requested,
                "duplicate": self.duplicate_requested,
                "delete": self.delete_requested,
            }
            signals[key].emit(self.gallery.current)

    def _on_gallery_edge_neared(self, x: int, y: int) -> None:
        self._area.ensureVisible(x, y, 0, 0)

    def _on_gallery_rename_requested(self, _index: int) -> None:
        self.label.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.label.selectAll()

    def _on_label_return_pressed(self) -> None:
        index = self.gallery.current
        if index < len(self._labels) and self.label.text() != _seen(self._labels[index]):
            self.renamed.emit(index, self.label.text())
        self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)


def _seen(label: str) -> str:
    """Return ``label`` as edited in the field: invisible characters are replaced by a sign."""
    return label_sign(label) if len(label) == 1 else label
