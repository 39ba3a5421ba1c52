"""The side of the library: details of the selected entry, or a comparison of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QStackedWidget

from aegui.core.i18n import mark, tr
from aegui.features.library.view.run_curves import RunCurves
from aegui.features.library.view.words import difference_html, entry_html
from aegui.kit.layouts import column, held, hint, row, scrolled
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from aegui.features.library.model.queries import EntryDetails

_PICTURE_PX = 168
_USUAL = mark("Select an entry to see its details, or two to compare them.")


class EntrySide(QStackedWidget):
    """Passive stack of a hint, the details of an entry, and a comparison."""

    def __init__(self) -> None:
        super().__init__()
        self.hint = hint(tr(_USUAL))
        self.picture = QLabel()
        self.words = wrapped_label()
        self.difference = wrapped_label()
        self.curves = RunCurves()
        self.ids: tuple[str, ...] = ()
        """Ids of the displayed entries."""
        self._build()

    def sizeHint(self) -> QSize:
        """Return a size with room for a picture and text below."""
        return QSize(320, 300)

    def _build(self) -> None:
        edge = SPACING // 2
        for label in (self.words, self.difference):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.words.setAccessibleName(tr("Details of the entry"))
        self.difference.setAccessibleName(tr("What lies between the two"))
        self.picture.setAccessibleName(tr("Samples as its network draws them"))
        margins = (edge, edge, SPACING, edge)
        one = column(row(self.picture, 1), self.words, 1, margins=margins)
        self.curves.hide()
        both = column(self.difference, (self.curves, 1), 0, margins=margins)
        self.addWidget(held(column(1, self.hint, 1, margins=margins)))
        self.addWidget(scrolled(held(one), takes_focus=True))
        self.addWidget(scrolled(held(both), takes_focus=True))

    def clear(self) -> None:
        """Show the hint, as nothing is selected."""
        self.hint.setText(tr(_USUAL))
        self.ids = ()
        self.curves.set_curves((), "loss")
        self.setCurrentIndex(0)

    def ask_for_other(self, name: str) -> None:
        """Ask the user to select another entry to compare with ``name``."""
        self.clear()
        self.hint.setText(tr("Now click the entry to compare “{name}” with.", name=name))

    def show_details(self, details: EntryDetails) -> None:
        """Show the details of one entry, or the comparison of two."""
        self.ids = tuple(entry.id for entry in details.entries)
        if len(details.entries) == 1:
            self._show_picture(details.pictures[0])
            self.words.setText(entry_html(details))
            self.setCurrentIndex(1)
        else:
            self.difference.setText(difference_html(details))
            self.curves.set_curves(details.curves, details.curve_key)
            self.setCurrentIndex(2)

    def _show_picture(self, data: bytes | None) -> None:
        picture = QPixmap()
        if data is not None:
            picture.loadFromData(data)
        self.picture.setVisible(not picture.isNull())
        if not picture.isNull():
            width = min(_PICTURE_PX * 2, max(_PICTURE_PX, self.width() - 4 * SPACING))
            mode = Qt.TransformationMode.SmoothTransformation
            small = picture.width() > width
            self.picture.setPixmap(picture.scaledToWidth(width, mode) if small else picture)
