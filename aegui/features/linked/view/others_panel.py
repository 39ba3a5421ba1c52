"""Previews of several networks: what each of them draws for the code at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel

from aegui.core.i18n import tr
from aegui.core.latent.placing import WAYS
from aegui.kit.choosing import offer
from aegui.kit.layouts import Sized, column, dim, held, row
from aegui.kit.marks import ElidedLabel, flat_button, wrapped_label
from aegui.kit.theme import SPACING
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.other_menu import OtherMenu
from aegui.widgets.page import PictureBox
from aegui.widgets.ticks import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.session.map.others import OtherImage

_PICTURE = QSize(110, 150)
_HIGHEST_PX = 190
_MAX_NUMBERS = 3


class Preview:
    """Preview of one network: its name, image and code, and how the code was found.

    Each is in a row of a grid, so that the images of several networks have one size and height.
    """

    def __init__(self) -> None:
        self.name = ElidedLabel()
        self.close_button = flat_button("close", tr("Remove this network"))
        policy = self.close_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.close_button.setSizePolicy(policy)
        self.picture = PictureBox("", _PICTURE)
        self.picture.setMaximumHeight(_HIGHEST_PX)
        self.words = dim(wrapped_label())
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._header = held(row((self.name, 1), self.close_button))
        self._parts = (self._header, self.picture, self.words)

    def add_to(self, grid: QGridLayout, column: int) -> None:
        """Add the parts to a column of ``grid``."""
        for number, part in enumerate(self._parts):
            grid.addWidget(part, number, column)

    def set_visible(self, visible: bool) -> None:
        """Show or hide all parts."""
        for part in self._parts:
            part.setVisible(visible)

    def set_name(self, name: str) -> None:
        """Set the name of the network."""
        self.name.setText(name)
        self.picture.setAccessibleName(tr("What {name} draws", name=name))


class OthersPanel(Sized):
    """Passive panel of up to three previews side by side."""

    removed = Signal(str)
    """Emitted to remove a network from the comparison."""
    method_chosen = Signal(str)
    """Emitted with how codes are found, a key of ``WAYS``."""
    usual_size = QSize(340, 260)
    """Room for three small images side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[str, ...] = ()
        self.menu = OtherMenu()
        self.method = QComboBox()
        self.method.setAccessibleName(tr("How the place is found"))
        offer(self.method, ((key, tr(spec.label), tr(spec.help)) for key, spec in WAYS.items()))
        self.method.activated.connect(self._on_method_activated)
        self._method_label = QLabel(tr("&Place"))
        self._method_label.setBuddy(self.method)
        words = tr(
            "See what other networks draw at the cursor of the map: another seed, a kept epoch, or"
            " an AE, a VAE or a GAN from a file. Their maps are in Projections."
        )
        self._hint = dim(wrapped_label(words))
        self.shown = Preview()
        self.shown.close_button.hide()
        self.shown.set_name(tr("This network"))
        self.previews = (Preview(), Preview())
        header = row(self.menu, 1, self._method_label, self.method)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACING)
        self._grid.setVerticalSpacing(0)
        self._grid.setRowStretch(1, 1)
        for number, preview in enumerate((self.shown, *self.previews)):
            preview.add_to(self._grid, number)
        parts = (header, self._hint, (self._grid, 1), 0)
        self.setLayout(column(*parts, spacing=SPACING, margins=(SPACING,) * 4))
        for number, preview in enumerate(self.previews):
            preview.close_button.clicked.connect(lambda _=False, n=number: self._on_closed(n))
        self.set_others(())
        self._on_method_activated(0, announce=False)

    # Display

    def set_others(self, others: Sequence[tuple[str, str]]) -> None:
        """Set keys and names of the networks to compare with, at most two."""
        self._keys = tuple(key for key, _ in others)
        self.menu.setEnabled(len(others) < len(self.previews))
        for widget in (self._method_label, self.method):
            widget.setVisible(bool(others))
        self.shown.set_visible(bool(others))
        self._hint.setVisible(not others)
        for number in range(self._grid.columnCount()):
            # A hidden column would keep its share of the width.
            self._grid.setColumnStretch(number, int(bool(others) and number <= len(others)))
        for number, preview in enumerate(self.previews):
            preview.set_visible(number < len(others))
            if number < len(others):
                preview.set_name(others[number][1])
                preview.picture.set_image(None, GLYPHS)
                preview.words.setText(tr("Move the cursor over the map."))

    def set_image(
        self, image: NDArray[np.float32] | None, code: NDArray[np.float32], image_style: ImageStyle
    ) -> None:
        """Set the image of the displayed network at the cursor, ``[C, H, W]``; None clears it."""
        self.shown.picture.set_image(image, image_style, code_words(code))

    def set_images(
        self, found: Sequence[OtherImage], shape: tuple[int, ...], image_style: ImageStyle
    ) -> None:
        """Set the images of the other networks, of shape ``shape``."""
        for each in found:
            if each.key in self._keys:
                preview = self.previews[self._keys.index(each.key)]
                preview.picture.set_image(
                    each.image.reshape(shape), image_style, code_words(each.code)
                )
                preview.words.setText(each.words)

    def set_method(self, method: str) -> None:
        """Show how codes are found, a key of ``WAYS``."""
        self.method.setCurrentIndex(self.method.findData(method))
        self.method.setToolTip(tr(WAYS[method].help))

    # Interaction

    def _on_method_activated(self, _index: int, *, announce: bool = True) -> None:
        method = self.method.currentData()
        self.method.setToolTip(tr(WAYS[method].help))
        if announce:
            self.method_chosen.emit(method)

    def _on_closed(self, number: int) -> None:
        self.removed.emit(self._keys[number])


def code_words(code: NDArray[np.float32], most: int = _MAX_NUMBERS) -> str:
    """Return the first numbers of a code as text."""
    numbers = [number_text(float(value)) for value in code[:most]]
    return ", ".join([*numbers, "…"] if len(code) > most else numbers)
