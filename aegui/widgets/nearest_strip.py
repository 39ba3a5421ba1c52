"""A strip of the samples of a set that are nearest to an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import localized, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, paint_focus
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import GlyphCache, draw_glyph, draw_picture, label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_PLACE_PX = QSize(44, 50)
_RELATED_GLYPH_PX = 30
_MAX_GLYPH_PX = 72
_MAX_STEP_PX = 72
"""Small pictures stand no farther apart."""
_USUAL = 5
_IN_PROPORTION = Qt.AspectRatioMode.KeepAspectRatio
_GAP_PX = 6
_NAME_GAP_PX = 5
_MAX_NAME_PX = 32
"""A longer name is elided: all cells are as wide as the widest."""
_AT_RIGHT = Qt.TextElideMode.ElideRight
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def nearest_title(image_style: ImageStyle) -> str:
    """Return the title above the nearest samples."""
    are_characters = image_style.glyphs and image_style.characters
    return tr("Nearest characters") if are_characters else tr("Nearest images")


def error_text(error: float) -> str:
    """Return a mean squared error in 0..1 with three decimals, four below 0.1."""
    return localized(error, ".4f") if error < 0.1 else localized(error, ".3f")


@dataclass(frozen=True)
class _SampleWords:
    """The caption below an image: name (may be empty), distance, and their widths in pixels."""

    name: str
    away: str
    name_px: int
    width_px: int


class NearestStrip(Cells, Painted):
    """The samples nearest to an image: their images, names and distances.

    They can be dragged to wherever samples are collected.

    Args:
        grows: Whether images are enlarged where there is room.
    """

    sample_activated = Signal(int)
    """With index: a sample was clicked, or Enter pressed on it; ``index`` is its index in the set.
    """

    def __init__(self, *, grows: bool = False) -> None:
        super().__init__()
        self._grows = grows
        self._glyphs = GlyphCache(quiet=True)
        self._nearest: tuple[tuple[str, float], ...] = ()
        self._indices: tuple[int, ...] = ()
        self._words: tuple[_SampleWords, ...] | None = None
        self._bold = figures_font(self.font(), bold=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        upright = QSizePolicy.Policy.Maximum if grows else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, upright)
        self.setAccessibleName(nearest_title(GLYPHS))
        self.figures = offer_painted(self, "nearest", fits=False)

    def set_samples(self, images: ArrayLike, image_style: ImageStyle = GLYPHS) -> None:
        """Set the images ``[N, H, W]`` or ``[N, C, H, W]`` of the set, not copied."""
        self._glyphs.set_images(images, image_style)
        self._words = None
        self.setAccessibleName(nearest_title(image_style))
        self.update()

    def set_nearest(self, nearest: tuple[tuple[str, float], ...], indices: Sequence[int]) -> None:
        """Show ``nearest``, pairs of name and distance; ``indices`` are those in the set."""
        if (nearest, tuple(indices)) != (self._nearest, self._indices):
            self._nearest, self._indices, self._words = nearest, tuple(indices), None
            self.keep_current()
            texts = (self.text_of(index) for index in range(len(nearest)))
            describe(self, "; ".join(texts), spoken=False)

    def count(self) -> int:
        """Return the number of samples shown."""
        return len(self._nearest)

    def columns(self) -> int:
        """Return the number of columns: all samples are in one row."""
        return len(self._nearest)

    def sizeHint(self) -> QSize:  # noqa: D102
        more = _MAX_GLYPH_PX - _RELATED_GLYPH_PX if self._grows else 0
        return QSize(_USUAL * for_text(_PLACE_PX.width()), for_text(_PLACE_PX.height()) + more)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(3 * for_text(_PLACE_PX.width()), for_text(_PLACE_PX.height()))

    def text_of(self, index: int) -> str:
        """Return name and distance of the ``index``-th nearest sample."""
        label, distance = self._nearest[index]
        if self._glyphs.image_style.glyphs:
            away = trn("{n} pixel away", "{n} pixels away", round(distance))
        else:
            away = tr("mean squared difference {error}", error=error_text(distance))
        return f"{label_name(label)}: {away}"

    def activate(self, index: int) -> None:
        """Emit ``sample_activated`` for the sample."""
        self.sample_activated.emit(self._indices[index])

    def dragged(self, index: int) -> tuple[int, ...]:
        """Return the index of the sample alone."""
        return (self._indices[index],)

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of the ``index``-th nearest sample."""
        glyph, width = self._glyph_px(), self._words_width_px()
        share = self.width() // max(1, len(self._nearest))
        step = max(width + _GAP_PX, min(share, max(glyph + 2 * _GAP_PX, for_text(_MAX_STEP_PX))))
        height = for_text(_PLACE_PX.height()) + glyph - _RELATED_GLYPH_PX
        return QRect(index * step, 0, width, height)

    def _glyph_px(self) -> int:
        """Return the side of an image: as large as height and width allow."""
        if not self._grows:
            return _RELATED_GLYPH_PX
        height_px = self.height() - for_text(_PLACE_PX.height()) + _RELATED_GLYPH_PX
        width_px = self.width() // _USUAL - _GAP_PX
        return max(_RELATED_GLYPH_PX, min(_MAX_GLYPH_PX, height_px, width_px))

    def _words_width_px(self) -> int:
        """Return the width of a cell: that of the image or of its caption."""
        words = max((each.width_px for each in self._below()), default=0)
        return max(self._glyph_px(), words, for_text(_PLACE_PX.width()) - _GAP_PX)

    def _below(self) -> tuple[_SampleWords, ...]:
        """Return the captions; cached, since the strip is repainted on every mouse move."""
        if self._words is None:
            bold, regular = QFontMetrics(self._bold), self.fontMetrics()
            words = []
            for label, distance in self._nearest:
                name, away = "", error_text(distance)
                if self._glyphs.image_style.glyphs:
                    name = bold.elidedText(label_sign(label), _AT_RIGHT, for_text(_MAX_NAME_PX))
                    away = tr("{n:,} px", n=round(distance))
                # Width of the name and the gap after it; bold tells the name from the figure.
                name_px = bold.horizontalAdvance(name) + _NAME_GAP_PX if name else 0
                words.append(
                    _SampleWords(name, away, name_px, name_px + regular.horizontalAdvance(away))
                )
            self._words = tuple(words)
        return self._words

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._words, self._bold = None, figures_font(self.font(), bold=True)
        super().changeEvent(event)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        for index in range(len(self._nearest)):
            if self.cell_rect(index).right() <= self.width():
                self._paint_place(painter, index)
        if self._nearest:
            paint_focus(painter, self, self.cell_rect(self._current).adjusted(2, 1, -3, -2), 2)

    def _paint_place(self, painter: QPainter, index: int) -> None:
        theme = current_theme()
        rect, side = self.cell_rect(index), self._glyph_px()
        box = QRect(rect.x(), rect.y(), rect.width(), side)
        if self._indices[index] < len(self._glyphs):
            tile = QRect(0, 0, side, side)
            tile.moveCenter(box.center())
            if self._glyphs.image_style.glyphs:
                painter.fillRect(tile, theme.pixel_off)
            image = self._glyphs.image(self._indices[index], theme.pixel_on, theme.pixel_off)
            if self._glyphs.image_style.glyphs or side == _RELATED_GLYPH_PX:
                draw_glyph(painter, tile.adjusted(1, 1, -1, -1), image)
            else:
                # An integer scale would leave most of the cell empty, such as 28 pixels of 54.
                target = QRect(QPoint(), image.size().scaled(tile.size(), _IN_PROPORTION))
                target.moveCenter(tile.center())
                draw_picture(painter, target, image)
        below = QRect(rect.x(), box.bottom() + 2, rect.width(), rect.height() - box.height())
        words = self._below()[index]
        below.adjust((below.width() - words.width_px) // 2, 0, 0, 0)
        if words.name:
            painter.setPen(theme.text)
            painter.setFont(self._bold)
            painter.drawText(below, _AT_LEFT, words.name)
            painter.setFont(self.font())
            below.adjust(words.name_px, 0, 0, 0)
        painter.setPen(theme.text if index == 0 else theme.text_dim)
        painter.drawText(below, _AT_LEFT, words.away)
