"""How image files become samples: their size, colour and fit, with the first ones shown so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QFormLayout,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.core.network.catalog import FITS
from aegui.core.recipe import MAX_IMAGE, MIN_IMAGE, ImageSpec
from aegui.features.data.view.class_list import ClassList
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ProblemLabel, flat_button, wrapped_label
from aegui.kit.theme import ICON_PX, SPACING, current_theme
from aegui.widgets.form.fields import ChoiceField, CountField
from aegui.widgets.gallery import Gallery

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_SIDE_PX = 312
_MOST_TOLD = 200
_SKIPPED_PX = 110


class ImportPanel(QWidget):
    """Passive: it shows what was found and what the choice makes of it.

    Signals:
        spec_edited(ImageSpec): The images are to be read in another way.
    """

    spec_edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = ImageSpec()
        self._has_labels = False
        self.head = QLabel()
        self.head.setProperty("heading", True)
        self.gallery = Gallery()
        self.state = dim(wrapped_label())
        self.width_field = CountField(MIN_IMAGE, MAX_IMAGE)
        self.height_field = CountField(MIN_IMAGE, MAX_IMAGE)
        self.square = flat_button("builder-link", tr("Width and height stay the same"))
        self.fit = ChoiceField(FITS.values())
        self.colour = ChoiceField()
        self.background = QPushButton()
        self.limit = QCheckBox(tr("At most"))
        self.count = CountField(1, 1_000_000)
        self.classes = ClassList()
        self.problem = ProblemLabel()
        self.skipped_words = wrapped_label()
        self.skipped = QPlainTextEdit()
        self._class_title = QLabel(tr("Sub-folders as classes"))
        self._build_fields()
        self._lay_out()
        self._connect()
        self._show_spec()
        self.set_found(0, {}, ())

    # -- parts -----------------------------------------------------------------------------------

    def _build_fields(self) -> None:
        self.width_field.setAccessibleName(tr("Width in pixels"))
        self.height_field.setAccessibleName(tr("Height in pixels"))
        self.square.setCheckable(True)
        self.square.setChecked(True)
        self.colour.add_choice("3", tr("Colour"), tr("Red, green and blue: three numbers a pixel"))
        self.colour.add_choice("1", tr("Grey"), tr("One number a pixel: three times as fast"))
        self.background.setToolTip(
            tr("What lies under transparent pixels and beside pictures of other proportions")
        )
        self.limit.setToolTip(tr("Take only so many of the images, drawn at random"))
        self.count.setAccessibleName(tr("Most images that are taken"))
        self.count.set_value(1000)
        self.count.setEnabled(False)
        self.skipped.setReadOnly(True)
        self.skipped.setMaximumHeight(_SKIPPED_PX)
        self.skipped.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.skipped.setAccessibleName(tr("Files that cannot be read"))
        self._class_title.setProperty("heading", True)

    def _lay_out(self) -> None:
        left = column(self.head, self.state, (self.gallery, 1))
        self.setLayout(row((left, 1), self._side(), spacing=2 * SPACING))

    def _side(self) -> QScrollArea:
        size = row(
            (self.width_field, 1), QLabel("×"), (self.height_field, 1), self.square, spacing=4
        )
        form = QFormLayout()
        form.setVerticalSpacing(SPACING)
        form.setHorizontalSpacing(2 * SPACING)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Size"), size)
        form.addRow(tr("Fit"), self.fit)
        form.addRow(tr("Colours"), self.colour)
        form.addRow(tr("Background"), self.background)
        form.addRow(self.limit, self.count)
        holder = QWidget()
        holder.setLayout(
            column(
                form,
                self.problem,
                self._class_title,
                self.classes,
                self.skipped_words,
                self.skipped,
                1,
                spacing=SPACING,
                margins=(0, 0, SPACING, 0),
            )
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(_SIDE_PX)
        scroll.setWidget(holder)
        return scroll

    def _connect(self) -> None:
        self.width_field.edited.connect(self._on_width_edited)
        self.height_field.edited.connect(self._on_height_edited)
        self.square.toggled.connect(self._on_square_toggled)
        self.fit.edited.connect(lambda key: self._edit(fit=key))
        self.colour.edited.connect(lambda key: self._edit(channels=int(key)))
        self.background.clicked.connect(self.choose_background)
        self.limit.toggled.connect(self.count.setEnabled)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def spec(self) -> ImageSpec:
        """How the images are to be read."""
        return self._spec

    @property
    def most(self) -> int | None:
        """At most so many images are requested; None: all of them."""
        return self.count.value() if self.limit.isChecked() else None

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The classes that are asked for; None: all of them."""
        chosen = self.classes.chosen
        every = not self._has_labels or len(chosen) == self.classes.view.model().rowCount()
        return None if every else chosen

    def set_spec(self, spec: ImageSpec) -> None:
        """Begin with ``spec``."""
        self._spec = spec
        with QSignalBlocker(self.square):
            self.square.setChecked(spec.width == spec.height)
        self._show_spec()

    def set_found(
        self, files: int, labels: dict[str, int], skipped: Sequence[tuple[str, str]]
    ) -> None:
        """Show how many files there are, how many of each label, and which were no images."""
        self.head.setText(trn("{n:,} image", "{n:,} images", files))
        self._has_labels = len(labels) > 1
        self._class_title.setVisible(self._has_labels)
        self.classes.setVisible(self._has_labels)
        if self._has_labels:
            self.classes.set_classes(tuple(labels), tuple(labels.values()))
        self.set_skipped(skipped)

    def set_skipped(self, skipped: Sequence[tuple[str, str]]) -> None:
        """List files that cannot be read: name and reason."""
        self.skipped_words.setText(
            trn(
                "{n:,} of these files cannot be read and is left out:",
                "{n:,} of these files cannot be read and are left out:",
                len(skipped),
            )
        )
        lines = [f"{name}: {reason}" for name, reason in skipped[:_MOST_TOLD]]
        if len(skipped) > _MOST_TOLD:
            lines.append(tr("… and {n:,} more", n=len(skipped) - _MOST_TOLD))
        self.skipped.setPlainText("\n".join(lines))
        self.skipped_words.setVisible(bool(skipped))
        self.skipped.setVisible(bool(skipped))

    def set_preview(
        self, images: NDArray[np.float32], labels: Sequence[str], names: Sequence[str]
    ) -> None:
        """Show the first images ``[n, C, H, W]`` as the choice makes them."""
        self.gallery.set_samples(images, labels, names)
        self.problem.set_text("")
        self.state.setText(trn("As it will be:", "{n} of them, as they will be:", len(images)))

    def set_state(self, text: str) -> None:
        """Say what is being done, in place of what the pictures are."""
        self.state.setText(text)

    def set_problem(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self.problem.set_text(text)

    def _show_spec(self) -> None:
        spec = self._spec
        self.width_field.set_value(spec.width)
        self.height_field.set_value(spec.height)
        self.fit.set_value(spec.fit)
        self.colour.set_value(str(spec.channels))
        swatch = QPixmap(ICON_PX, ICON_PX)
        swatch.fill(current_theme().border)
        painter = QPainter(swatch)
        painter.fillRect(swatch.rect().adjusted(1, 1, -1, -1), QColor(spec.background))
        painter.end()
        self.background.setIcon(QIcon(swatch))
        self.background.setText(spec.background)

    # -- edits -----------------------------------------------------------------------------------

    def _edit(self, **update: object) -> None:
        spec = self._spec.model_copy(update=update)
        if spec != self._spec:
            self._spec = spec
            self._show_spec()
            self.spec_edited.emit(spec)

    def _on_width_edited(self, width: int) -> None:
        height = width if self.square.isChecked() else self._spec.height
        self._edit(width=width, height=height)

    def _on_height_edited(self, height: int) -> None:
        width = height if self.square.isChecked() else self._spec.width
        self._edit(width=width, height=height)

    def _on_square_toggled(self, square: bool) -> None:
        if square:
            self._edit(height=self._spec.width)

    def choose_background(self) -> None:
        """Ask for the colour of the background."""
        colour = QColorDialog.getColor(QColor(self._spec.background), self, tr("Background"))
        if colour.isValid():
            self._edit(background=colour.name())
