"""The pixel editor with its tools: edits, characters, noise, and adding to the set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.session.looks import GLYPHS, Look
from aegui.widgets.glyphs import GlyphCache, glyph_pixmap, label_name
from aegui.widgets.pixels.brush_box import BrushBox
from aegui.widgets.pixels.editor import PixelEditor
from aegui.widgets.pixels.glyph_grid import CELL_PX, GlyphGrid
from aegui.widgets.pixels.noise_box import NoiseBox
from aegui.widgets.pixels.tool_row import TOOLS, ToolRow
from aegui.widgets.theme import ICON_PX, SPACING, current_theme, icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.core.recipe import CorruptionSpec

_LONGEST_LABEL = 16
_POPUP_COLUMNS = 12
_POPUP_ROWS = 9
_POPUP_FRAME_PX = 16
_SIDE_CHARACTERS = 30
_TALL = 1.5
_LABEL_PX = 130
_UNBOUNDED_PX = 16_777_215


_LOAD_KEY = "L"
_AGAIN_KEY = "N"


class DrawPanel(QWidget):
    """Draws, and asks for everything else; ``editor`` is the grid itself.

    Signals:
        stroke_started(), pixel_painted(row, column, value), cells_painted(cells, value),
        stroke_finished(), stroke_abandoned(): See ``PixelEditor``.
        undo_requested(), redo_requested(), clear_requested(), invert_requested(),
        copy_requested(), paste_requested(): What their buttons say.
        shift_requested(rows, columns): Move the drawing down and right.
        flip_requested(axis): Mirror it: "horizontal" swaps left and right, "vertical" top and
            bottom.
        load_requested(index): Draw the sample at that place in the set.
        noise_requested(spec, seed): Put this ``CorruptionSpec`` on it (of kind "none": take off).
        add_requested(label): Add the drawing to the set under that label.
    """

    stroke_started = Signal()
    pixel_painted = Signal(int, int, float)
    cells_painted = Signal(object, float)
    stroke_finished = Signal()
    stroke_abandoned = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    clear_requested = Signal()
    invert_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()
    shift_requested = Signal(int, int)
    flip_requested = Signal(str)
    load_requested = Signal(int)
    noise_requested = Signal(object, int)
    add_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = PixelEditor()
        self.noise = NoiseBox()
        self.brush = BrushBox()
        self.tools = ToolRow()
        self._keys = {tool.shortcut: tool.key for tool in TOOLS}
        self._load = QToolButton()
        self._popup = QFrame(self, Qt.WindowType.Popup)
        self._area = QScrollArea()
        self._grid = GlyphGrid(checkable=False)
        self._labels: Sequence[str] = ()
        self._look = GLYPHS
        self._glyphs = GlyphCache()
        self._loaded: int | None = None
        self._label = QLineEdit()
        self._add = QPushButton(icon("edit-add"), tr("Add"))
        self._side = QWidget()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build_popup()
        self._build_load()
        self._build_add()
        self._lay_out()
        self._connect()
        self.set_undo_enabled(False, False)
        self.set_samples((), ())

    # -- parts -----------------------------------------------------------------------------------

    def _build_popup(self) -> None:
        self._popup.setFrameShape(QFrame.Shape.StyledPanel)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._grid)
        self._area.setFocusProxy(self._grid)
        layout = QVBoxLayout(self._popup)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._area)

    def _build_load(self) -> None:
        self._load.setIconSize(QSize(ICON_PX, ICON_PX))
        self._load.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._load.setSizePolicy(self._add.sizePolicy())
        self.set_loaded(None)

    def _build_add(self) -> None:
        self._label.setMaxLength(_LONGEST_LABEL)
        self._label.setPlaceholderText(tr("Label"))
        self._label.setAccessibleName(tr("Label of the new character"))
        self._label.setToolTip(tr("What the new character is called, for example ñ"))
        self._add.setToolTip(tr("Add the drawing to the set, to be learnt with the others"))
        self._add.setEnabled(False)

    def _lay_out(self) -> None:
        adding = QHBoxLayout()
        adding.setSpacing(4)
        adding.addWidget(self._label, 1)
        adding.addWidget(self._add)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(6)
        side.addWidget(self._load)
        side.addWidget(self.brush)
        side.addWidget(self.noise)
        side.addLayout(adding)
        side.addStretch(1)
        self._body.setSpacing(SPACING)
        self._body.addWidget(self.editor, 1)
        self._body.addWidget(self._side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self.tools)
        layout.addLayout(self._body, 1)

    def _connect(self) -> None:
        self.editor.stroke_started.connect(self.stroke_started)
        self.editor.pixel_painted.connect(self.pixel_painted)
        self.editor.cells_painted.connect(self.cells_painted)
        self.editor.stroke_finished.connect(self.stroke_finished)
        self.editor.stroke_abandoned.connect(self.stroke_abandoned)
        self.brush.size_chosen.connect(self.editor.set_brush)
        self.brush.ink_chosen.connect(self.editor.set_ink)
        self.editor.copy_requested.connect(self.copy_requested)
        self.editor.paste_requested.connect(self.paste_requested)
        self.tools.used.connect(self._on_tools_used)
        self.noise.noise_requested.connect(self.noise_requested)
        self._load.clicked.connect(self.open_characters)
        self._grid.picked.connect(self._on_grid_picked)
        self._grid.current_moved.connect(self._area.ensureVisible)
        self._label.textChanged.connect(self._on_label_changed)
        self._label.returnPressed.connect(self._on_add_clicked)
        self._add.clicked.connect(self._on_add_clicked)

    # -- what is shown ---------------------------------------------------------------------------

    def set_drawing(self, pixels: NDArray[np.float32], target: ArrayLike | None = None) -> None:
        """Show ``pixels`` ``[H, W]`` or ``[C, H, W]``, over the shadow of ``target`` if known."""
        self.editor.set_pixels(pixels)
        self.editor.set_ghost(target)

    def set_samples(self, labels: Sequence[str], images: ArrayLike, look: Look = GLYPHS) -> None:
        """Offer the set for loading.

        Args:
            labels: N labels.
            images: ``[N, H, W]`` or ``[N, C, H, W]``, not copied.
            look: How they are seen.
        """
        self._labels = labels
        images = images if self._labels else np.zeros((0, 1, 1))
        self._glyphs.set_images(images, look)
        self._grid.set_samples(labels, images, look)
        self._set_look(look)
        self._load.setEnabled(bool(self._labels))
        self.set_loaded(None)

    def _set_look(self, look: Look) -> None:
        self._look = look
        self.editor.set_look(look)
        self.editor.set_brush(1)
        self.brush.set_state(1, self.editor.ink)
        # Glyphs are drawn pixel by pixel, ink with one button and paper with the other.
        self.brush.setVisible(not look.glyphs)
        self._load.setToolTip(
            tr("Draw a character of the set; it becomes the target ({key})", key=_LOAD_KEY)
            if look.glyphs
            else tr("Load an image of the set; it becomes the target ({key})", key=_LOAD_KEY)
        )

    def set_loaded(self, index: int | None) -> None:
        """Show which sample the drawing began as; None: it was drawn freely."""
        known = index is not None and 0 <= index < len(self._labels)
        self._loaded = index if known else None
        if self._loaded is None:
            glyphs = self._look.glyphs
            self._load.setText(tr("Load a character…") if glyphs else tr("Load an image…"))
            self._load.setIcon(icon("edit-load"))
            return
        label = label_name(self._labels[self._loaded])
        if not self._look.glyphs:
            label = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, _LABEL_PX)
        glyphs = self._look.glyphs
        self._load.setText(
            tr("Character {label}", label=label) if glyphs else tr("Image {label}", label=label)
        )
        self._load.setIcon(self._glyph_icon(self._loaded))
        self._grid.set_current(self._loaded)

    def _glyph_icon(self, index: int) -> QIcon:
        glyph = self._glyphs.image(index, current_theme().text, QColor(0, 0, 0, 0))
        bounds = QSize(ICON_PX, ICON_PX)
        return QIcon(glyph_pixmap(glyph, bounds, device_ratio=self.devicePixelRatioF()))

    def set_undo_enabled(self, can_undo: bool, can_redo: bool) -> None:
        """Say whether there is anything to undo and to redo."""
        self.tools.buttons["undo"].setEnabled(can_undo)
        self.tools.buttons["redo"].setEnabled(can_redo)

    def set_noise(self, spec: CorruptionSpec, seed: int) -> None:
        """Show this noise in the controls, without a signal."""
        self.noise.set_noise(spec, seed)

    def set_noised(self, noised: bool) -> None:
        """Say whether there is noise on the drawing that could be taken off."""
        self.noise.set_noised(noised)

    # -- edits -----------------------------------------------------------------------------------

    def _on_tools_used(self, key: str) -> None:
        shifts = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
        verb, _, way = key.partition("-")
        if verb == "shift":
            self.shift_requested.emit(*shifts[way])
        elif verb == "flip":
            self.flip_requested.emit(way)
        else:
            signals = {
                "undo": self.undo_requested,
                "redo": self.redo_requested,
                "clear": self.clear_requested,
                "invert": self.invert_requested,
                "copy": self.copy_requested,
                "paste": self.paste_requested,
            }
            signals[verb].emit()

    def open_characters(self) -> None:
        """Show the characters of the set under the button."""
        columns = min(_POPUP_COLUMNS, max(4, len(self._labels)))
        rows = -(-len(self._labels) // columns)
        scrolled = rows > _POPUP_ROWS
        policy = Qt.ScrollBarPolicy
        self._area.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if scrolled else policy.ScrollBarAlwaysOff
        )
        bar = self._area.verticalScrollBar().sizeHint().width() if scrolled else 0
        self._popup.resize(
            columns * CELL_PX + _POPUP_FRAME_PX + bar,
            min(rows, _POPUP_ROWS) * CELL_PX + _POPUP_FRAME_PX,
        )
        corner = self._load.mapToGlobal(QPoint(0, self._load.height() + 2))
        screen = self.screen().availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self._popup.width())))
        corner.setY(max(screen.top(), min(corner.y(), screen.bottom() - self._popup.height())))
        self._popup.move(corner)
        self._popup.show()
        self._grid.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def characters(self) -> GlyphGrid:
        """The grid in the popup."""
        return self._grid

    def _on_grid_picked(self, index: int) -> None:
        self._popup.hide()
        self.editor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.load_requested.emit(index)

    def _on_label_changed(self, text: str) -> None:
        self._add.setEnabled(bool(text))

    def _on_add_clicked(self) -> None:
        if self._label.text():
            self.add_requested.emit(self._label.text())
            self._label.clear()

    # -- keys and size ---------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:  # noqa: D102
        # While the panel has the focus its keys come before the window's, such as Ctrl+Z.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and self._has_key(event):
            event.accept()
            return True
        return super().event(event)

    def _has_key(self, event: QKeyEvent) -> bool:
        pressed = _pressed(event)
        return pressed in self._keys or pressed in {_LOAD_KEY, _AGAIN_KEY}

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        pressed = _pressed(event)
        if pressed in self._keys:
            self.tools.buttons[self._keys[pressed]].click()
        elif pressed == _LOAD_KEY:
            self._load.click()
        elif pressed == _AGAIN_KEY:
            self.noise.again()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() == QEvent.Type.PaletteChange:
            self.set_loaded(self._loaded)
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        tall = event.size().height() > _TALL * event.size().width()
        direction = QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight
        self._body.setDirection(direction)
        side_px = self.fontMetrics().averageCharWidth() * _SIDE_CHARACTERS
        self._side.setMinimumWidth(0 if tall else side_px)
        self._side.setMaximumWidth(_UNBOUNDED_PX if tall else side_px)
        super().resizeEvent(event)


def _pressed(event: QKeyEvent) -> str:
    """The pressed keys as the table of tools writes them."""
    sequence = QKeySequence(event.keyCombination())
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
