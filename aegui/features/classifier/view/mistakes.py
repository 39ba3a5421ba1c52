"""A list of samples with their class and the classifier's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal

from aegui.core.i18n import localized, tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.theme import SPACING
from aegui.session.data.image_style import image_style_of_images
from aegui.widgets.glyphs import GlyphCache, label_name, label_sign
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from aegui.core.evaluation.classification import Classification

MAX_SHOWN = 1_000
_PICTURE_PX = 56
_CELL_PX = QSize(84, 104)
_WIDE_CELL_PX = QSize(104, 122)
_ONE_LINE = 3
"""Labels with up to this many characters are put on one line."""
_LONGEST = 12


@dataclass(frozen=True, eq=False)
class ShownMistakes:
    """The samples to show."""

    found: Classification
    """The answers."""
    images: NDArray[np.float32]
    """``[N, C, H, W]`` of the set that the answers belong to; not copied."""
    indices: NDArray[np.int64]
    """int64 ``[n]``, for each answer the place of its sample in the set."""
    order: NDArray[np.int64]
    """Indices of the answers to show, in order."""


class _MistakeRows(PictureRows):
    """Samples with their class, the answer and its confidence."""

    def __init__(self, shown: ShownMistakes, pictures: GlyphCache) -> None:
        self._shown = shown
        self._pictures = pictures
        # Two short labels fit side by side.
        self.is_narrow = all(len(label) <= _ONE_LINE for label in shown.found.classes)

    def sample_index(self, row: int) -> int:
        """Return the place in the set of the sample in ``row``."""
        return int(self._shown.indices[self._shown.order[row]])

    def __len__(self) -> int:
        """Return the number of samples shown, at most ``MAX_SHOWN``."""
        return min(MAX_SHOWN, len(self._shown.order))

    def picture(self, row: int, size: QSize) -> QImage:
        """Return the sample's image."""
        del size
        return self._pictures.image(self.sample_index(row))

    def _answer(self, row: int) -> tuple[str, str, float]:
        found, number = self._shown.found, self._shown.order[row]
        true, predicted = found.classes[found.truth[number]], found.classes[found.predicted[number]]
        return true, predicted, float(found.confidence[number])

    def caption(self, row: int) -> str:
        """Return class, answer and confidence in short form."""
        true, predicted, confidence = self._answer(row)
        share = localized(confidence, ".0%")
        if true == predicted:
            return f"{_short(true)}\n{share}"
        between = " " if self.is_narrow else "\n"
        return f"{_short(true)}{between}→ {_short(predicted)}\n{share}"

    def sentence(self, row: int) -> str:
        """Return class, answer and confidence as a sentence."""
        true, predicted, confidence = self._answer(row)
        if true == predicted:
            return tr(
                "Sample {n:,}: {true}, recognised with a confidence of {share:.1%}",
                n=self.sample_index(row) + 1,
                true=label_name(true),
                share=confidence,
            )
        return tr(
            "Sample {n:,}: {true}, taken for {taken} with a confidence of {share:.1%}",
            n=self.sample_index(row) + 1,
            true=label_name(true),
            taken=label_name(predicted),
            share=confidence,
        )


def _short(label: str) -> str:
    if len(label) <= 1:
        return label_sign(label)
    name = label_name(label)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


class MistakesView(PictureList):
    """A flowing list of pictures, each with its class, the answer and the confidence."""

    sample_activated = Signal(int)
    """Emitted with the place in the set of a sample that was double-clicked or got Enter."""

    def __init__(self) -> None:
        super().__init__(tr("Samples with their answers"))
        self._pictures = GlyphCache(most_px=None)
        self._images: NDArray[np.float32] | None = None
        self._rows: _MistakeRows | None = None
        self.setContentsMargins(SPACING, 0, 0, 0)
        self.set_sizes(_PICTURE_PX, _CELL_PX)
        self.row_activated.connect(self._on_row_activated)
        self.figures = offer_painted(self, "samples")

    def set_shown(self, shown: ShownMistakes | None) -> None:
        """Show these samples; None clears the list."""
        if shown is not None and shown.images is not self._images:
            self._images = shown.images
            self._pictures.set_images(shown.images, image_style_of_images(shown.images))
        self._rows = None if shown is None else _MistakeRows(shown, self._pictures)
        is_narrow = self._rows is None or self._rows.is_narrow
        self.set_sizes(_PICTURE_PX, _CELL_PX if is_narrow else _WIDE_CELL_PX)
        self.set_rows(self._rows)

    def _on_row_activated(self, row: int) -> None:
        if self._rows is not None:
            self.sample_activated.emit(self._rows.sample_index(row))
