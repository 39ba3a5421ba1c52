"""A box for samples, filled by drag and drop or from its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.layouts import column, dim, heading, row
from aegui.kit.marks import ElidedLabel, flat_button
from aegui.kit.painted import Painted, fill_and_focus
from aegui.kit.theme import RADIUS, blend, current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.dragged_samples import drag_samples, is_dragged, samples_of
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDropEvent,
        QKeyEvent,
        QMouseEvent,
    )

    from aegui.features.making.model.concept_service import Box

_CELL_PX = 36
_PAD_PX = 3
_MAX_CLASSES = 640
_PART = 32
"""Maximum number of classes in one menu."""


class _Thumbs(Painted):
    """The samples in the box, as many as fit."""

    accessible_role = QAccessible.Role.List

    taken_out = Signal(int)
    dropped = Signal(object)
    usual_size = QSize(4 * _CELL_PX, _CELL_PX + 6)
    least_size = QSize(2 * _CELL_PX, _CELL_PX + 6)

    def __init__(self) -> None:
        super().__init__()
        self.images = GlyphCache()
        self.names: Sequence[str] = ()
        self.indices: tuple[int, ...] = ()
        self.hint = ""
        self._is_over = False
        self._current = 0
        self._pressed: QPoint | None = None
        self.setAcceptDrops(True)
        fill_and_focus(self)
        self.figures = offer_painted(self, "samples", fits=False)

    def copied_at(self, position: QPoint) -> QRect | None:
        index = self._index_at(position)
        if index is None:
            return None
        return self.cell_rect(index).adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)

    def _columns(self) -> int:
        return max(1, (self.width() - 6) // _CELL_PX)

    def shown(self) -> tuple[int, ...]:
        """Return the samples that fit; if some do not, a cell is left for their count."""
        capacity = self._columns() * max(1, (self.height() - 6) // _CELL_PX)
        return self.indices if len(self.indices) <= capacity else self.indices[: capacity - 1]

    def cell_rect(self, index: int) -> QRect:
        row, column = divmod(index, self._columns())
        return QRect(3 + column * _CELL_PX, 3 + row * _CELL_PX, _CELL_PX, _CELL_PX)

    def part_count(self) -> int:
        return len(self.shown())

    def part_words(self, index: int) -> str:
        return self.words(self.shown()[index])

    def part_rect(self, index: int) -> QRect:
        return self.cell_rect(index)

    def current_part(self) -> int | None:
        return self._current if self.shown() else None

    def _index_at(self, at: QPoint) -> int | None:
        pins = range(len(self.shown()))
        return next((i for i in pins if self.cell_rect(i).contains(at)), None)

    def paint(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self._is_over or self.hasFocus()
        style = Qt.PenStyle.SolidLine if self.indices else Qt.PenStyle.DashLine
        painter.setPen(QPen(theme.accent if strong else theme.border, 1.5 if strong else 1, style))
        painter.setBrush(blend(theme.accent, theme.raised, 0.12) if self._is_over else theme.raised)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not self.indices:
            painter.setPen(theme.text_dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(6, 2, -6, -2), flags, self.hint)
            return
        shown = self.shown()
        for position, index in enumerate(shown):
            cell = self.cell_rect(position).adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
            if self.images.image_style.glyphs:
                painter.fillRect(cell, theme.pixel_off)
            draw_glyph(painter, cell, self.images.image(index, theme.pixel_on, theme.pixel_off))
            if position == self._current and self.hasFocus():
                painter.setPen(QPen(theme.accent, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell)
        if len(shown) < len(self.indices):
            painter.setPen(theme.text_dim)
            more = f"+{localized(len(self.indices) - len(shown), ',')}"
            painter.drawText(self.cell_rect(len(shown)), Qt.AlignmentFlag.AlignCenter, more)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        position = self._index_at(self._pressed)
        if position is not None and is_dragged(self._pressed, event.position().toPoint()):
            index, self._pressed = self.shown()[position], None
            if drag_samples(self, [index]):
                self.taken_out.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if self._pressed is not None and index is not None:
            self.taken_out.emit(self.shown()[index])
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        shown = self.shown()
        key = Qt.Key(event.key())
        if shown and key in steps:
            self._current = min(max(self._current + steps[key], 0), len(shown) - 1)
            self.update()
        elif shown and key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.taken_out.emit(shown[min(self._current, len(shown) - 1)])
        else:
            super().keyPressEvent(event)

    def tip_at(self, position: QPoint) -> str:
        index = self._index_at(position)
        return "" if index is None else self.words(self.shown()[index])

    def words(self, index: int) -> str:
        """Return the tooltip of a sample."""
        return tr("{label}. Click to take it out.", label=label_name(self.names[index]))

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if samples_of(event.mimeData()) and event.source() is not self:
            self._set_over(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(False)
        # A sample from another box is moved; from elsewhere it is copied.
        moved = isinstance(event.source(), _Thumbs)
        event.setDropAction(Qt.DropAction.MoveAction if moved else Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(samples_of(event.mimeData()))

    def _set_over(self, over: bool) -> None:
        self._is_over = over
        self.update()


class SampleBox(QWidget):
    """Shows the samples in a box. Passive."""

    added = Signal(object)
    """Add these samples, a tuple of indices in the set."""
    chosen = Signal(object)
    """Replace the samples by these."""
    selection_requested = Signal()
    """Add the samples selected on the map."""
    cursor_requested = Signal()
    """Add the sample nearest to the cursor."""
    pin_chosen = Signal(int)
    """Use the pin of that index instead of samples."""

    def __init__(self, box: Box) -> None:
        super().__init__()
        self._classes: Sequence[str] = ()
        self._members: Sequence[tuple[int, ...]] = ()
        self._pins: Sequence[str] = ()
        self._hint = tr("Drag samples here, or press +")
        self.thumbs = _Thumbs()
        self.thumbs.hint = self._hint
        self.thumbs.setAccessibleName(tr(box.title))
        self.setToolTip(tr(box.help))
        letter = heading(QLabel(box.letter))
        title = ElidedLabel()
        title.setText(tr(box.title))
        self._count = dim()
        self.add = flat_button("edit-add", tr("Add samples"))
        self.add.clicked.connect(self._on_add_clicked)
        self.thumbs.dropped.connect(self.added)
        self.thumbs.taken_out.connect(self._on_thumbs_taken_out)
        header = row(letter, (title, 1), self._count, self.add)
        self.setLayout(column(header, (self.thumbs, 1), spacing=0))
        self.set_indices(())

    def set_samples(
        self,
        images: ArrayLike,
        names: Sequence[str],
        classes: Sequence[str],
        members: Sequence[tuple[int, ...]],
        image_style: ImageStyle = GLYPHS,
    ) -> None:
        """Set the data set: ``classes`` with the indices of their ``members``."""
        self.thumbs.images.set_images(images, image_style)
        self.thumbs.names = names
        self.thumbs.indices = ()
        self._classes, self._members = classes, members
        self.thumbs.update()

    def set_indices(self, indices: tuple[int, ...]) -> None:
        """Show these samples in the box."""
        self.thumbs.indices = indices
        self._count.setText(localized(len(indices), ",") if indices else "")
        words = trn("{n:,} sample", "{n:,} samples", len(indices))
        self.thumbs.setAccessibleDescription(words)
        self.thumbs.update()

    def set_pins(self, names: Sequence[str], current: str) -> None:
        """Offer these pins; ``current`` is shown while the box is empty."""
        self._pins = names
        self.thumbs.hint = current or self._hint
        self.thumbs.update()

    def menu(self) -> QMenu:
        """Return a menu of what can be added; the caller owns it."""
        menu = QMenu(self)
        menu.addAction(tr("The samples selected on the map")).triggered.connect(
            self.selection_requested
        )
        menu.addAction(tr("The sample nearest to the cursor")).triggered.connect(
            self.cursor_requested
        )
        if self.thumbs.indices:
            menu.addSeparator()
            menu.addAction(tr("Empty the box")).triggered.connect(lambda: self.chosen.emit(()))
        if self._pins:
            menu.addSection(tr("Pins"))
            for number, name in enumerate(self._pins):
                action = menu.addAction(name.replace("&", "&&"))
                action.triggered.connect(lambda _on=False, n=number: self.pin_chosen.emit(n))
        if len(self._classes) <= _MAX_CLASSES:
            menu.addSection(tr("All samples of"))
            self._add_classes(menu)
        return menu

    def _add_classes(self, menu: QMenu) -> None:
        """Add an entry for each class; many classes are split into submenus."""
        rows = list(zip(self._classes, self._members, strict=True))
        parts = [rows[at : at + _PART] for at in range(0, len(rows), _PART)]
        for part in parts:
            into = menu
            if len(parts) > 1:
                ends = [label_name(name).replace("&", "&&") for name in (part[0][0], part[-1][0])]
                into = menu.addMenu(" – ".join(ends))
            for name, members in part:
                action = into.addAction(label_name(name).replace("&", "&&"))
                action.triggered.connect(lambda _on=False, m=members: self.added.emit(m))

    def _on_add_clicked(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def _on_thumbs_taken_out(self, index: int) -> None:
        self.chosen.emit(tuple(each for each in self.thumbs.indices if each != index))
