"""The panel of the selection: the samples, their statistics, and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.features.linked.view.others_panel import code_words
from aegui.kit.keys import native_keys
from aegui.kit.layouts import Sized, column, dim, heading, held, row
from aegui.kit.marks import flat_button, wrapped_label
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.dragged_samples import samples_of
from aegui.widgets.gallery import Gallery
from aegui.widgets.glyphs import label_name
from aegui.widgets.page import PictureBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.group import SampleGroup

_MAX_LABELS = 8
_MAX_NUMBERS = 4
_PICTURE = QSize(72, 92)


class SelectionPanel(Sized):
    """Passive panel of the selected samples."""

    sample_left_out = Signal(int)
    """Emitted to remove a sample from the selection."""
    cleared = Signal()
    """Emitted to clear the selection."""
    samples_dropped = Signal(object)
    """Emitted to add samples to the selection, a tuple of indices."""
    usual_size = QSize(340, 360)
    """Room for some rows of samples below the statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._image_style = GLYPHS
        self._title = heading()
        self.zoom = flat_button("map-zoom-selection", tr("Zoom to the selection in all maps"))
        self.clear = flat_button("close", tr("Clear the selection (Esc)"))
        self.make_set = QPushButton(tr("Make it the set"))
        self.set_locked("")
        self.mean = PictureBox(tr("Mean image"), _PICTURE)
        self.spread = PictureBox(tr("Spread of the pixels"), _PICTURE)
        self.words = wrapped_label()
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.gallery = Gallery(drags_all=True)
        self.gallery.setAccessibleName(tr("Selected samples"))
        words = tr(
            "Nothing is selected. Draw around samples on the map: with the lasso (L), or hold "
            "Shift and drag. On the maps of Projections, drag."
        )
        self._pages = Placeholder(self._content(), words)
        self.setLayout(column((self._pages, 1)))
        self._connect()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept samples that are dragged from elsewhere."""
        if samples_of(event.mimeData()) and event.source() is not self.gallery:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the dropped samples to the selection."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.samples_dropped.emit(samples_of(event.mimeData()))

    def _content(self) -> QWidget:
        header = row((self._title, 1), self.make_set, self.zoom, self.clear)
        about = row(spacing=SPACING)
        for picture in (self.mean, self.spread):
            picture.setFixedSize(_PICTURE)
            about.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        about.addWidget(self.words, 1)
        words = tr(
            "Click or Enter: open in the editor. Ctrl+click, Space or Del: remove from the "
            "selection. Drag: put them all into a box of a concept."
        )
        parts = (header, about, (self.gallery, 1), dim(wrapped_label(words)))
        margins = (SPACING, SPACING, SPACING, SPACING // 2)
        return held(column(*parts, spacing=SPACING, margins=margins))

    def _connect(self) -> None:
        self.clear.clicked.connect(self.cleared)
        self.gallery.toggled.connect(self.sample_left_out)
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            shortcut = QShortcut(QKeySequence(key), self.gallery)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._on_delete_activated)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.cleared)

    # Display

    def set_samples(self, dataset: Dataset, image_style: ImageStyle) -> None:
        """Set the dataset that the selection refers to, and how its images are rendered."""
        self._image_style = image_style
        self.gallery.set_samples(dataset.images, dataset.labels, dataset.names)

    def set_locked(self, reason: str) -> None:
        """Set why the set cannot be edited; "" if it can."""
        self.make_set.setEnabled(not reason)
        usual = tr(
            "Keep only these in the set, to train on them alone. {keys} brings the others back.",
            keys=native_keys("Ctrl+Z"),
        )
        self.make_set.setToolTip(reason or usual)

    def set_selection(self, indices: NDArray[np.int64]) -> None:
        """Show the samples at ``indices``, int64 ``[k]``."""
        count = len(indices)
        self._pages.show_content_if(count > 0)
        self._title.setText(trn("{n:,} selected", "{n:,} selected", count))
        before = self.gallery.current
        self.gallery.set_shown(indices)
        if before is not None:
            self.gallery.go_near(before)

    def set_group(self, group: SampleGroup) -> None:
        """Show the statistics of the selection."""
        self.mean.set_image(group.mean, self._image_style, tr("mean"))
        # The largest possible standard deviation of a pixel is one half.
        self.spread.set_image((2.0 * group.spread).clip(0.0, 1.0), self._image_style, tr("spread"))
        self.words.setText("\n".join(group_words(group, glyphs=self._image_style.glyphs)))

    def _on_delete_activated(self) -> None:
        if self.gallery.current is not None:
            self.sample_left_out.emit(self.gallery.current)


def group_words(group: SampleGroup, *, glyphs: bool) -> list[str]:
    """Return lines of text about a group: its labels, its error, and the extent of its codes."""
    lines = [_labels(group.labels)]
    if group.error is not None:
        lines.append(
            tr("{n:.2f} wrong pixels on average", n=group.error)
            if glyphs
            else tr("squared error {n:.2f} on average", n=group.error)
        )
    if group.middle is not None and group.extent is not None:
        lines.append(tr("codes around {code}", code=code_words(group.middle, _MAX_NUMBERS)))
        lines.append(tr("spread {code}", code=code_words(group.extent, _MAX_NUMBERS)))
    if group.looked_at < group.count:
        lines.append(tr("from {n:,} of them", n=group.looked_at))
    return lines


def _labels(labels: Sequence[tuple[str, int]]) -> str:
    named = [
        label_name(label) if count == 1 else f"{label_name(label)} ({localized(count, ',')})"
        for label, count in labels[:_MAX_LABELS]
    ]
    more = len(labels) - len(named)
    if more:
        named.append(trn("{n:,} more label", "{n:,} more labels", more))
    return ", ".join(named)
