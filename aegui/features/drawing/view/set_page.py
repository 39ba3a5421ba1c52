"""The page of the set: a text written in its characters, and a gallery to edit its samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.data.readers.names import LONGEST_LABEL
from aegui.core.i18n import mark, tr
from aegui.features.drawing.view.set_gallery import SetGallery
from aegui.features.drawing.view.text_strip import TextStrip
from aegui.kit.layouts import column, row, scrolled
from aegui.kit.marks import flat_button
from aegui.kit.theme import icon_px
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_EDITS = {
    "redraw": mark("Put the drawing in its place"),
    "duplicate": mark("Duplicate (Insert)"),
    "delete": mark("Delete (Delete)"),
    "import": mark("Add the samples of a file…"),
    "export": mark("Save the set as a file…"),
}
_OF_ONE = ("redraw", "duplicate", "delete")


class SetPage(QWidget):
    """Shows the samples and requests their edits; passive but for its signals."""

    moved = Signal(int, int)
    """Move the sample at an index to another place."""
    duplicate_requested = Signal(int)
    delete_requested = Signal(int)
    redraw_requested = Signal(int)
    renamed = Signal(int, str)
    """Edit the sample at that index; the last one with its new label."""
    open_requested = Signal(int)
    """Load the sample as the drawing."""
    import_requested = Signal()
    export_requested = Signal()
    """Add a file, or save the set."""
    continue_requested = Signal()
    """Continue the training with the set as it is now."""

    def __init__(self) -> None:
        super().__init__()
        self.strip = TextStrip()
        self.gallery = SetGallery()
        self._area: QScrollArea
        self.label = QLineEdit()
        self.buttons = {key: self._button(key, text) for key, text in _EDITS.items()}
        self._change = QLabel()
        self._continue = QPushButton(tr("Train on"))
        self._labels: Sequence[str] = ()
        self._requested: int | None = None
        self._is_locked = False
        self._layout: QVBoxLayout
        self._build()
        edits = row((self.label, 1), *self.buttons.values(), spacing=0)
        change = row((self._change, 1), self._continue)
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
        self._continue.setToolTip(
            tr(
                "The network was trained on other data: continue from its weights with the current"
                " set"
            )
        )
        self._continue.clicked.connect(self.continue_requested)
        gallery = self.gallery
        gallery.setAccessibleName(tr("Samples of the set"))
        gallery.moved.connect(self.moved)
        gallery.picked.connect(self.open_requested)
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
        self._continue.setVisible(bool(words) and can_continue)

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
