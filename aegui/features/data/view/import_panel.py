"""Settings for importing image files (size, colour, fit), with a preview of some images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from aegui.core.data.majority_format import size_words
from aegui.core.i18n import tr, trn
from aegui.core.recipe import DataSpec
from aegui.features.data.view.class_list import ClassList
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING
from aegui.widgets.form.form import Form
from aegui.widgets.gallery import Gallery

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.recipe import ImageSpec

_FIELDS = (
    *(f"images.{name}" for name in ("width", "height", "fit", "channels", "background")),
    "count",
)
_USUAL_COUNT = 1000
_SIDE_PX = 340
_MAX_LISTED = 200
_SKIPPED_PX = 110


class ImportPanel(QWidget):
    """Shows the images found and their preview; passive but for its signal."""

    spec_edited = Signal(object)
    """With ImageSpec: the settings for reading the images have changed."""

    def __init__(self) -> None:
        super().__init__()
        self._has_labels = False
        self._files = 0
        self.head = heading()
        self.gallery = Gallery()
        self.state = dim(wrapped_label())
        self._shown = DataSpec()
        self.form = Form(self._shown, _FIELDS)
        """The fields of a ``DataSpec`` for reading and for the number of images."""
        self.form.set_beginning("count", _USUAL_COUNT)
        self.majority = dim(wrapped_label())
        self.network = wrapped_label()
        self.as_network = QPushButton(tr("Take the size of the network"))
        self.as_network.hide()
        self._network_shape: tuple[int, ...] | None = None
        self.square = QCheckBox(tr("Width and height stay the same"))
        self.classes = ClassList()
        self.problem = ProblemLabel()
        self.skipped_words = wrapped_label()
        self.skipped = QPlainTextEdit()
        self._class_title = heading(tr("Sub-folders as classes"))
        self.square.setChecked(True)
        self.skipped.setReadOnly(True)
        self.skipped.setMaximumHeight(_SKIPPED_PX)
        self.skipped.setAccessibleName(tr("Files that cannot be read"))
        left = column(self.head, self.state, (self.gallery, 1))
        self.setLayout(row((left, 1), self._side(), spacing=2 * SPACING))
        self.form.edited.connect(self._on_form_edited)
        self.square.toggled.connect(self._on_square_toggled)
        self.as_network.clicked.connect(self._on_as_network_clicked)
        self.set_majority("")
        self.set_network(None)
        self.set_found(0, {})

    # -- parts -----------------------------------------------------------------------------------

    def _side(self) -> QScrollArea:
        self.form.rows.setHorizontalSpacing(2 * SPACING)
        self.form.rows.insertRow(2, self.square)
        side = column(
            self.majority,
            self.form,
            self.network,
            row(self.as_network, 1),
            self.problem,
            self._class_title,
            self.classes,
            self.skipped_words,
            self.skipped,
            1,
            spacing=SPACING,
            margins=(0, 0, SPACING, 0),
        )
        scroll = scrolled(held(side), takes_focus=True)
        scroll.setFixedWidth(_SIDE_PX)
        return scroll

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def spec(self) -> ImageSpec:
        """The settings for reading the images."""
        return self._shown.images

    @property
    def most(self) -> int | None:
        """Maximum number of images to import; None for all."""
        return self._shown.count

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The classes to import; None for all."""
        chosen = self.classes.chosen
        every = not self._has_labels or len(chosen) == self.classes.view.model().rowCount()
        return None if every else chosen

    def set_spec(self, spec: ImageSpec) -> None:
        """Show ``spec`` as the initial settings."""
        with QSignalBlocker(self.square):
            self.square.setChecked(spec.width == spec.height)
        self._show(spec)

    def set_majority(self, text: str) -> None:
        """Show a description of the files' own size and colours."""
        self.majority.setText(text)
        self.majority.setVisible(bool(text))

    def set_network(self, shape: Sequence[int] | None) -> None:
        """Set the input shape ``(C, H, W)`` of the network on the map, or None."""
        self._network_shape = None if shape is None else tuple(shape)
        self._show_network()

    def _show_network(self) -> None:
        shape, spec = self._network_shape, self.spec
        fits = shape == (spec.channels, spec.height, spec.width)
        self.network.setVisible(shape is not None)
        self.as_network.setVisible(shape is not None and not fits and shape[0] in (1, 3))
        if shape is None:
            return
        if fits:
            text = tr(
                "The network on the map takes images of this size: they appear there at once."
            )
        else:
            text = tr(
                "The network on the map takes {size}, not these: train one on them. The trained "
                "network stays in its file.",
                size=size_words(*shape),
            )
        self.network.setText(text)

    def set_found(self, files: int, labels: dict[str, int]) -> None:
        """Show the number of files and the number per label."""
        self._files = files
        self._has_labels = len(labels) > 1
        self._class_title.setVisible(self._has_labels)
        self.classes.setVisible(self._has_labels)
        if self._has_labels:
            self.classes.set_classes(tuple(labels), tuple(labels.values()))
        self.set_skipped((), 0)

    def set_skipped(self, skipped: Sequence[tuple[str, str]], previewed: int) -> None:
        """List unreadable files as (name, reason), those among the number ``previewed``.

        If these are all files, the heading counts the others.
        """
        words = trn(
            "{n:,} of these files cannot be read and is left out:",
            "{n:,} of these files cannot be read and are left out:",
            len(skipped),
        )
        images = self._files - len(skipped)
        if previewed < self._files:
            images = self._files
            words = trn(
                "{n:,} of {total:,} files that were tried cannot be read; all such are left out:",
                "{n:,} of {total:,} files that were tried cannot be read; all such are left out:",
                len(skipped),
                total=previewed,
            )
        self.head.setText(trn("{n:,} image", "{n:,} images", images))
        self.skipped_words.setText(words)
        lines = [f"{name}: {reason}" for name, reason in skipped[:_MAX_LISTED]]
        if len(skipped) > _MAX_LISTED:
            lines.append(tr("… and {n:,} more", n=len(skipped) - _MAX_LISTED))
        self.skipped.setPlainText("\n".join(lines))
        self.skipped_words.setVisible(bool(skipped))
        self.skipped.setVisible(bool(skipped))

    def set_preview(
        self, images: NDArray[np.float32], labels: Sequence[str], names: Sequence[str]
    ) -> None:
        """Show the previewed images ``[n, C, H, W]``."""
        self.gallery.set_samples(images, labels, names)
        self.problem.set_text("")
        self.state.setText(trn("As it will be:", "{n} of them, as they will be:", len(images)))

    def _show(self, spec: ImageSpec) -> None:
        self._shown = self._shown.model_copy(update={"images": spec})
        self.form.set_value(self._shown)
        self._show_network()

    # -- edits -----------------------------------------------------------------------------------

    def _on_form_edited(self, data: DataSpec) -> None:
        before, self._shown = self._shown.images, data
        spec = data.images
        if self.square.isChecked() and spec.width != spec.height:
            side = spec.width if spec.width != before.width else spec.height
            spec = spec.model_copy(update={"width": side, "height": side})
        if spec != before:
            self._show(spec)
            self.spec_edited.emit(spec)

    def _on_as_network_clicked(self) -> None:
        if self._network_shape is not None:
            channels, height, width = self._network_shape
            update = {"channels": channels, "height": height, "width": width}
            self.set_spec(self.spec.model_copy(update=update))
            self.spec_edited.emit(self.spec)

    def _on_square_toggled(self, square: bool) -> None:
        images = self._shown.images
        if square and images.width != images.height:
            self._show(images.model_copy(update={"height": images.width}))
            self.spec_edited.emit(self.spec)
