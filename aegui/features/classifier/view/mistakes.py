"""Samples with what they are and what they were taken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListView, QWidget

from aegui.core.i18n import localized, tr
from aegui.kit.theme import SPACING
from aegui.widgets.glyphs import glyph_pixmap, label_name, label_sign
from aegui.widgets.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.evaluation.classification import Classification

MOST_SHOWN = 1_000
_PICTURE_PX = 56
_CELL_PX = QSize(84, 104)
_WIDE_CELL_PX = QSize(104, 122)
_ONE_LINE = 3
"""Labels up to so many signs stand on one line."""
_LONGEST = 12


@dataclass(frozen=True, eq=False)
class ShownMistakes:
    """Samples to show.

    Attributes:
        found: The answers.
        images: ``[N, C, H, W]`` of the set that they are answers to; not copied.
        places: int64 ``[n]``, for each answer the place of its sample in the set.
        order: Numbers of the answers to show.
    """

    found: Classification
    images: NDArray[np.float32]
    places: NDArray[np.int64]
    order: NDArray[np.int64]


class _Model(QAbstractListModel):
    """A row for each sample; its picture is made when it comes into sight."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._pictures = Pictures()
        self._shown: ShownMistakes | None = None

    def set_shown(self, shown: ShownMistakes | None) -> None:
        self.beginResetModel()
        before = self._shown
        self._shown = shown
        if shown is not None and (before is None or shown.images is not before.images):
            self._pictures.set_images(shown.images)
        self.endResetModel()

    @property
    def is_narrow(self) -> bool:
        """Whether two labels have room beside one another."""
        classes = () if self._shown is None else self._shown.found.classes
        return all(len(label) <= _ONE_LINE for label in classes)

    @property
    def cell_px(self) -> QSize:
        """Room for a picture and its caption."""
        return _CELL_PX if self.is_narrow else _WIDE_CELL_PX

    def place(self, row: int) -> int:
        """Place in the set of the sample in ``row``."""
        assert self._shown is not None
        return int(self._shown.places[self._shown.order[row]])

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """The samples, as far as they are shown."""
        if (parent is not None and parent.isValid()) or self._shown is None:
            return 0
        return min(MOST_SHOWN, len(self._shown.order))

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Picture, caption and sentence of a sample."""
        if self._shown is None or not index.isValid():
            return None
        row = index.row()
        if role == Qt.ItemDataRole.DecorationRole:
            return glyph_pixmap(
                self._pictures.image(self.place(row)),
                QSize(_PICTURE_PX, _PICTURE_PX),
                device_ratio=self._view.devicePixelRatioF(),
            )
        if role == Qt.ItemDataRole.DisplayRole:
            return self._caption(row)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._sentence(row)
        if role == Qt.ItemDataRole.SizeHintRole:
            # All of one size: else the first caption would cut the others short.
            return self.cell_px - QSize(4, 4)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        return None

    def _answer(self, row: int) -> tuple[str, str, float]:
        assert self._shown is not None
        found, number = self._shown.found, self._shown.order[row]
        true, taken = found.classes[found.truth[number]], found.classes[found.predicted[number]]
        return true, taken, float(found.confidence[number])

    def _caption(self, row: int) -> str:
        true, taken, confidence = self._answer(row)
        share = localized(confidence, ".0%")
        if true == taken:
            return f"{_short(true)}\n{share}"
        between = " " if self.is_narrow else "\n"
        return f"{_short(true)}{between}→ {_short(taken)}\n{share}"

    def _sentence(self, row: int) -> str:
        true, taken, confidence = self._answer(row)
        if true == taken:
            return tr(
                "Sample {n:,}: {true}, recognised with a confidence of {share:.1%}",
                n=self.place(row) + 1,
                true=label_name(true),
                share=confidence,
            )
        return tr(
            "Sample {n:,}: {true}, taken for {taken} with a confidence of {share:.1%}",
            n=self.place(row) + 1,
            true=label_name(true),
            taken=label_name(taken),
            share=confidence,
        )


def _short(label: str) -> str:
    if len(label) <= 1:
        return label_sign(label)
    name = label_name(label)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


class MistakesView(QListView):
    """Pictures that flow with the width, each with its class, the answer and the confidence."""

    sample_activated = Signal(int)
    """Place in the set of the sample that was double-clicked, or on which Enter was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_PICTURE_PX, _PICTURE_PX))
        self.setGridSize(_CELL_PX)
        self.setSpacing(0)
        self.setContentsMargins(SPACING, 0, 0, 0)
        self.setAccessibleName(tr("Samples with their answers"))
        self.activated.connect(self._on_activated)

    def set_shown(self, shown: ShownMistakes | None) -> None:
        """Show these samples; None: nothing."""
        at = self.verticalScrollBar().value()
        self._model.set_shown(shown)
        self.setGridSize(self._model.cell_px)
        self.verticalScrollBar().setValue(at)

    def captions(self) -> Sequence[str]:
        """What stands below the pictures."""
        model = self._model
        return [model.data(model.index(row)) for row in range(model.rowCount())]

    def _on_activated(self, index: QModelIndex) -> None:
        self.sample_activated.emit(self._model.place(index.row()))
