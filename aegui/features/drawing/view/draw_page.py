"""The main page of the drawing panel: loading, ghost, brush, and adding to the set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QColorDialog,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from aegui.core.data.readers.names import LONGEST_LABEL
from aegui.core.i18n import mark, tr
from aegui.features.drawing.view.strokes import LARGEST_BRUSH
from aegui.kit.choosing import narrow, offer
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ElidedButton, flat_button
from aegui.kit.theme import current_theme, icon, icon_size

if TYPE_CHECKING:
    from aegui.core.pixels.drawing_state import Ink
    from aegui.core.pixels.transforms import Pixels

BLACK, WHITE = 0.0, 1.0
COLUMNS, ROWS = 6, 2
_BUTTON_PX = 26
_SWATCH_PX = 16
_GREYS = (0.0, 0.25, 0.5, 0.75, 1.0)
_COLOURS = (
    *((level, level, level) for level in (0.0, 0.5, 1.0)),
    (0.9, 0.1, 0.1),
    (0.95, 0.55, 0.05),
    (1.0, 0.85, 0.2),
    (0.2, 0.65, 0.2),
    (0.1, 0.6, 0.85),
    (0.15, 0.25, 0.8),
    (0.55, 0.2, 0.7),
    (0.95, 0.6, 0.75),
    (0.45, 0.25, 0.1),
)
GHOSTS = {
    "target": mark("Ghost: target"),
    "nearest": mark("Ghost: nearest sample"),
    "previous": mark("Ghost: before the last step"),
    "none": mark("No ghost"),
}
"""Images that can be shown behind the drawing: key -> label."""


class BrushBox(QWidget):
    """Selects size and ink of the brush."""

    ink_chosen = Signal(object, object)
    """The inks of the left and the right mouse button: a level 0..1, or red, green and blue."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: Pixels = "grey"
        self.ink: Ink = WHITE
        """Ink of the left mouse button."""
        self.back: Ink = BLACK
        """Ink of the right mouse button."""
        self._recent: list[Ink] = list(_COLOURS)
        self.sizes = QButtonGroup(self)
        self._inks = [self._swatch(number) for number in range(COLUMNS * ROWS)]
        self.ink_button = self._flat(tr("Colour of the left button: choose one…"))
        self.back_button = self._flat(tr("Colour of the right button: click to swap"))
        self.ink_button.clicked.connect(self._on_ink_button_clicked)
        self.back_button.clicked.connect(self.swap)
        self._lay_out()
        self.set_state(1, WHITE)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        sizes = map(self._size_button, range(1, LARGEST_BRUSH + 1))
        top = row(dim(tr("Brush")), *sizes, 1, self.ink_button, self.back_button, spacing=2)
        grid.addLayout(top, 0, 0, 1, COLUMNS + 1)
        for number, button in enumerate(self._inks):
            grid.addWidget(button, 1 + number // COLUMNS, number % COLUMNS)
        grid.setColumnStretch(COLUMNS, 1)

    def _flat(self, tip: str) -> QToolButton:
        button = flat_button("", tip)
        button.setMinimumWidth(_BUTTON_PX)
        return button

    def _size_button(self, size: int) -> QToolButton:
        button = self._flat(tr("Paint {n} x {n} pixels at a time", n=size))
        button.setText(str(size))
        button.setCheckable(True)
        self.sizes.addButton(button, size)
        return button

    def _swatch(self, number: int) -> QToolButton:
        button = self._flat("")
        button.setProperty("swatch", True)
        button.setObjectName(str(number))
        button.clicked.connect(partial(self._on_swatch_clicked, number))
        return button

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def offered(self) -> tuple[Ink, ...]:
        """The inks to choose from: levels, or the last used colours, newest first."""
        if self._kind == "binary":
            return ()
        return tuple(self._recent) if self._kind == "colour" else _GREYS

    def set_kind(self, kind: Pixels, *, sized: bool = True) -> None:
        """Offer levels or colours; hide the box unless ``sized``, as for small glyphs."""
        self.setVisible(sized)
        # Called for every move of a stroke, so unchanged kinds are skipped.
        if kind != self._kind:
            self._kind = kind
            self._show()

    def set_state(self, size: int, ink: Ink) -> None:
        """Show size and ink without emitting a signal; the right button gets the opposite ink."""
        self.sizes.button(size).setChecked(True)
        self.ink = ink
        self.back = _opposite(ink)
        self._show()

    def take(self, ink: Ink) -> None:
        """Set the ink that was chosen, or picked from the drawing."""
        self.ink = ink
        if isinstance(ink, tuple):
            self._recent = [ink, *(each for each in self._recent if not _alike(each, ink))]
            del self._recent[COLUMNS * ROWS :]
        self._changed()

    def swap(self) -> None:
        """Swap the inks of the two mouse buttons."""
        self.ink, self.back = self.back, self.ink
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.ink_chosen.emit(self.ink, self.back)

    def _show(self) -> None:
        self.ink_button.setIcon(_icon(self.ink))
        self.back_button.setIcon(_icon(self.back))
        offered = self.offered
        for number, button in enumerate(self._inks):
            button.setVisible(number < len(offered))
            if number < len(offered):
                button.setIcon(_icon(offered[number]))
                words = ink_words(offered[number])
                button.setToolTip(words)
                button.setAccessibleName(words)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
        super().changeEvent(event)

    # -- choosing --------------------------------------------------------------------------------

    def _on_swatch_clicked(self, number: int, _checked: bool = False) -> None:
        self.take(self.offered[number])

    def _on_ink_button_clicked(self) -> None:
        dialog = QColorDialog(_colour(self.ink), self)
        dialog.setWindowTitle(tr("Colour to paint with"))
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self.take_colour)
        dialog.open()

    def take_colour(self, colour: QColor) -> None:
        """Set ``colour`` as ink, or its mean as a level where the drawing has no colours."""
        rgb = (colour.redF(), colour.greenF(), colour.blueF())
        self.take(rgb if self._kind == "colour" else sum(rgb) / 3)


def ink_words(ink: Ink) -> str:
    """Return ``ink`` as text: a level in percent, or a colour in hex."""
    if isinstance(ink, tuple):
        return _colour(ink).name()
    return tr("{share:.0%} grey", share=ink)


def _opposite(ink: Ink) -> Ink:
    return tuple(1.0 - each for each in ink) if isinstance(ink, tuple) else 1.0 - ink  # type: ignore[return-value]


def _alike(a: Ink, b: Ink) -> bool:
    return _colour(a) == _colour(b)


def _colour(ink: Ink) -> QColor:
    red, green, blue = ink if isinstance(ink, tuple) else (ink, ink, ink)
    return QColor(round(255 * red), round(255 * green), round(255 * blue))


def _icon(ink: Ink) -> QIcon:
    """Return a square icon filled with ``ink``."""
    pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
    pixmap.fill(_colour(ink))
    painter = QPainter(pixmap)
    painter.setPen(current_theme().border)
    painter.drawRect(0, 0, _SWATCH_PX - 1, _SWATCH_PX - 1)
    painter.end()
    return QIcon(pixmap)


class DrawPage(QWidget):
    """The first page beside the editor."""

    add_requested = Signal(str)
    """With label: add the drawing to the set under that label."""
    ghost_chosen = Signal(str)
    """With key: a key of ``GHOSTS`` was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.load = ElidedButton()
        self.ghost = QComboBox()
        self.brush = BrushBox()
        self._label = QLineEdit()
        self._add = QPushButton(icon("edit-add"), tr("Add"))
        self._misfit = QLabel()
        self.fit = QPushButton(tr("Fit to the network"))
        offer(self.ghost, ((key, tr(label)) for key, label in GHOSTS.items()))
        self.ghost.setToolTip(tr("An image shown behind the drawing, as a template"))
        self.ghost.setAccessibleName(tr("Ghost behind the drawing"))
        narrow(self.ghost, 8)
        self.ghost.currentIndexChanged.connect(self._on_ghost_current_index_changed)
        self._build_add()
        self._misfit.setWordWrap(True)
        self._misfit.setProperty("state", "warn")
        self.load.setIconSize(icon_size())
        self.load.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.load.setSizePolicy(self._add.sizePolicy())
        adding = row((self._label, 1), self._add)
        parts = (self.load, self.ghost, self.brush, self._misfit, self.fit, adding, 1)
        self.setLayout(column(*parts, spacing=6))
        self.set_misfit("")

    def _build_add(self) -> None:
        self._label.setMaxLength(LONGEST_LABEL)
        self._label.setPlaceholderText(tr("Label"))
        self._label.setAccessibleName(tr("Label of the new character"))
        self._label.setToolTip(tr("Label of the new character, for example ñ"))
        self._on_label_changed("")
        self._label.textChanged.connect(self._on_label_changed)
        self._label.returnPressed.connect(self._on_add_clicked)
        self._add.clicked.connect(self._on_add_clicked)

    def set_loaded(self, text: str, glyph: QIcon) -> None:
        """Show which sample was loaded."""
        self.load.setText(text)
        self.load.setIcon(glyph)

    def set_misfit(self, reason: str) -> None:
        """Show why the network cannot take the drawing; "" if it can."""
        self._misfit.setText(reason)
        self._misfit.setVisible(bool(reason))
        self.fit.setVisible(bool(reason))

    def set_ghost(self, key: str) -> None:
        """Select the ghost ``key``, a key of ``GHOSTS``."""
        self.ghost.setCurrentIndex(self.ghost.findData(key))

    @property
    def shown_ghost(self) -> str:
        """The selected key of ``GHOSTS``."""
        return str(self.ghost.currentData())

    def _on_ghost_current_index_changed(self) -> None:
        self.ghost_chosen.emit(self.shown_ghost)

    def _on_label_changed(self, text: str) -> None:
        self._add.setEnabled(bool(text))
        self._add.setToolTip(
            tr("Add the drawing to the set, to train on it with the others")
            if text
            else tr("Type a label first, to add the drawing to the set")
        )

    def _on_add_clicked(self) -> None:
        if self._label.text():
            self.add_requested.emit(self._label.text())

    def clear_label(self, label: str) -> None:
        """Clear the ``label`` of a drawing that was added, unless another has been typed."""
        if self._label.text() != label:
            return
        if self._add.hasFocus():
            # The button is disabled without a label, and would pass the focus on to any neighbour.
            self._label.setFocus(Qt.FocusReason.OtherFocusReason)
        self._label.clear()
