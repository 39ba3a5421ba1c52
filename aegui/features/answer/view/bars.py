"""Bars with an image of a sample each: probabilities, votes, and effects of code numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.row_bars import ROW_PX, RowBar, RowBars
from aegui.kit.theme import current_theme, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import GlyphCache, draw_glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QPainter


@dataclass(frozen=True)
class SampleBar(RowBar):
    """A row with a sample."""

    index: int | None = None
    """Index of the sample whose image is shown, or None."""


class SampleBars(RowBars):
    """Bars with the images of samples, which can be activated."""

    activated = Signal(int)
    """With index: a row with a sample was chosen."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "bars")
        self.bars: tuple[SampleBar, ...] = ()
        """The displayed bars."""
        self._glyphs = GlyphCache()
        self.chosen.connect(self._on_chosen)

    def set_samples(self, images: ArrayLike, image_style: ImageStyle = GLYPHS) -> None:
        """Set the images ``[N, H, W]`` or ``[N, C, H, W]`` that indices refer to, not copied."""
        self._glyphs.set_images(images, image_style)
        self.update()

    def set_bars(self, bars: Sequence[SampleBar], *, signed: bool = False) -> None:
        """Show ``bars``; with ``signed`` they extend to either side of the middle."""
        self.bars = tuple(bars)
        self.lead_px = for_text(ROW_PX) - 2 if any(bar.index is not None for bar in bars) else 0
        self.set_rows(bars, signed=signed)

    def paint_lead(self, painter: QPainter, rect: QRect, row: int) -> None:
        """Paint the image of the sample."""
        index, theme = self.bars[row].index, current_theme()
        if index is not None and index < len(self._glyphs):
            draw_glyph(painter, rect, self._glyphs.image(index, theme.pixel_on, theme.pixel_off))

    def _on_chosen(self, row: int) -> None:
        index = self.bars[row].index
        if index is not None:
            self.activated.emit(index)
