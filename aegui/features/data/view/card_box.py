"""The card of a set: source and licence, mean image, duplicates, and most similar samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import (
    QFormLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.painted import Painted, PaintedBase
from aegui.kit.theme import SPACING, current_theme, figures_font, for_text
from aegui.session.data.image_style import ImageStyle, image_style_of
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name, picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QMouseEvent

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset

_MEAN_PX = 64
_PAIR_PX = 44
_MAX_PAIRS = 5
_LINE_PX = 18


class MeanImage(PaintedBase):
    """Shows the mean of all samples."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._image: NDArray[np.float32] | None = None
        self._drawn = False
        self.setFixedSize(_MEAN_PX, _MEAN_PX)
        self.setToolTip(tr("The mean of all samples"))
        self.setAccessibleName(tr("The mean of all samples"))
        self.figures = offer_painted(self, "mean", fits=False)

    def set_image(self, image: NDArray[np.float32] | None, *, drawn: bool) -> None:
        """Show ``image`` ``[C, H, W]``, in the colours of glyphs if ``drawn``."""
        self._image, self._drawn = image, drawn
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the image in a thin frame."""
        area = self.rect().adjusted(1, 1, -1, -1)
        target = area
        if self._image is not None:
            target = draw_glyph(painter, area, picture(self._image, ImageStyle(glyphs=self._drawn)))
        painter.setPen(QPen(current_theme().grid, 1))
        painter.drawRect(QRectF(target).adjusted(-0.5, -0.5, 0.5, 0.5))


class PairRow(Painted):
    """Pairs of samples side by side, with their distance below."""

    activated = Signal(int)
    """The sample with that index was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures = GlyphCache(most_px=None)
        self._pairs: tuple[tuple[int, int, str], ...] = ()
        self._dataset: Dataset | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("The most similar samples"))

    def set_pairs(self, dataset: Dataset, pairs: tuple[tuple[int, int, str], ...]) -> None:
        """Show ``pairs`` of indices into ``dataset``, each with a caption."""
        if dataset is not self._dataset:
            self._dataset = dataset
            self._pictures.set_images(dataset.images, image_style_of(dataset))
        self._pairs = pairs
        self.updateGeometry()
        self.update()

    def _columns(self, width: int) -> int:
        return max(1, (width + SPACING) // (2 * _PAIR_PX + SPACING))

    def _rect(self, index: int) -> QRect:
        row, column = divmod(index, self._columns(self.width()))
        height = _PAIR_PX + for_text(_LINE_PX) + SPACING // 2
        return QRect(column * (2 * _PAIR_PX + SPACING), row * height, 2 * _PAIR_PX, height)

    def _sides(self, index: int) -> tuple[QRect, QRect]:
        area = self._rect(index)
        left = QRect(area.left(), area.top(), _PAIR_PX, _PAIR_PX)
        return left, left.translated(_PAIR_PX, 0)

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        rows = -(-len(self._pairs) // self._columns(width))
        return rows * (_PAIR_PX + for_text(_LINE_PX) + SPACING // 2)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(2 * _PAIR_PX, self.heightForWidth(max(self.width(), 2 * _PAIR_PX)))

    def _index_at(self, at: QPoint) -> int | None:
        for index, (a, b, _) in enumerate(self._pairs):
            left, right = self._sides(index)
            if left.contains(at):
                return a
            if right.contains(at):
                return b
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self._index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(index)

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        index = self._index_at(position)
        return "" if index is None or self._dataset is None else self._title(index)

    def _title(self, index: int) -> str:
        assert self._dataset is not None
        return label_name(self._dataset.names[index] or self._dataset.labels[index])

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        painter.setFont(figures_font(self.font(), scale=0.9))
        for position, (a, b, words) in enumerate(self._pairs):
            for index, box in zip((a, b), self._sides(position), strict=True):
                target = draw_glyph(
                    painter, box.adjusted(2, 2, -2, -2), self._pictures.image(index)
                )
                painter.setPen(QPen(theme.grid, 1))
                painter.drawRect(QRectF(target).adjusted(-0.5, -0.5, 0.5, 0.5))
            line = QRect(
                self._rect(position).left(), box.bottom() + 1, 2 * _PAIR_PX, for_text(_LINE_PX)
            )
            painter.setPen(theme.text_dim)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)


class CardBox(QWidget):
    """The card of a set."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings = ProblemLabel()
        self.mean = MeanImage()
        self.source = wrapped_label()
        self.licence = wrapped_label()
        self.duplicates = wrapped_label()
        self.closest = PairRow()
        self._closest_words = dim(wrapped_label())
        self.export = QPushButton(tr("Save the set…"))
        self.export.setToolTip(tr("Write the selected samples to a file or a folder"))
        self._summary = ""
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(SPACING)
        for title, label in (
            (tr("Source"), self.source),
            (tr("Licence"), self.licence),
            (tr("Duplicates"), self.duplicates),
        ):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(dim(title), label)
        head = row(column(self.mean, 1), (form, 1), spacing=SPACING + 4)
        parts = (self.warnings, head, self._closest_words, self.closest, row(self.export, 1))
        self.setLayout(column(*parts, spacing=SPACING))

    def summary(self) -> str:
        """Return a short summary of the card: the licence."""
        return self._summary

    def set_card(self, dataset: Dataset, card: DataCard | None) -> None:
        """Show the ``card`` of ``dataset``; None while it is being computed."""
        self.source.setText(dataset.source or tr("not known"))
        self.licence.setText(dataset.licence or tr("not known"))
        if card is None:
            self._summary = ""
            self.mean.set_image(None, drawn=False)
            self.duplicates.setText(tr("looking…"))
            self._closest_words.hide()
            self.closest.hide()
            self.warnings.set_text("")
            return
        self._summary = card.licence
        self.mean.set_image(card.mean_image, drawn=card.is_binary)
        self.duplicates.setText(_duplicate_words(card))
        self.warnings.set_text("\n".join(card.warnings))
        self._show_closest(dataset, card)

    def _show_closest(self, dataset: Dataset, card: DataCard) -> None:
        pairs = tuple(
            (pair.a, pair.b, localized(pair.distance, ".3g")) for pair in card.closest[:_MAX_PAIRS]
        )
        self._closest_words.setText(_closest_words(card))
        self._closest_words.setVisible(bool(pairs))
        self.closest.setVisible(bool(pairs))
        self.closest.set_pairs(dataset, pairs)


def _duplicate_words(card: DataCard) -> str:
    more = sum(len(group) - 1 for group in card.duplicates)
    return trn("{n:,} sample", "{n:,} samples", more) if more else tr("none")


def _closest_words(card: DataCard) -> str:
    if card.is_binary:
        text = tr("Most similar, with the number of pixels that differ")
    else:
        text = tr("Most similar, with the root of the mean squared difference")
    if not card.is_sampled:
        return tr("{what}:", what=text)
    return tr("{what}, among {n:,} drawn at random:", what=text, n=card.compared)
