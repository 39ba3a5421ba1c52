"""Legend of the shades of a heat map: a vertical strip from pale to full with its end values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import GAP, LEFT, NAME_PT, Ink
from aegui.kit.painted import Painted
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from aegui.kit.charts.matrix import NumberMatrix

_STEPS = 32
_STRIP = 9.0
_VIEW_PX = 92
_KEY_PT = 62.0
_MAX_HEIGHT = 170.0


@dataclass(frozen=True)
class ShadeKey:
    """The legend."""

    name: str
    """The shaded quantity."""
    ends: tuple[str, str]
    """Labels of the palest and the fullest shade."""
    least: float = 0.0
    """Strength of the palest shade."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the legend, with the fullest shade at the top."""
        line, dim = ink.line(NAME_PT), ink.theme.text_dim if ink.is_screen else ink.theme.text
        strip, top = ink.length(_STRIP), rect.top()
        for words in self.name.split("\n"):
            box = QRectF(rect.left(), top, rect.width(), line)
            ink.write(ink.elided(words, NAME_PT, rect.width()), box, NAME_PT, dim, LEFT)
            top += line
        top += ink.length(GAP)
        height = max(line, min(ink.length(_MAX_HEIGHT), rect.bottom() - top))
        step, (palest, fullest) = height / _STEPS, ink.tint
        for index in range(_STEPS):
            shade = 1.0 - (1.0 - self.least) * index / (_STEPS - 1)
            share = palest + (fullest - palest) * shade
            box = QRectF(rect.left(), top + index * step, strip, step + 0.5)
            ink.painter.fillRect(box, blend(ink.theme.accent, ink.ground, share))
        frame = QRectF(rect.left(), top, strip, height)
        ink.painter.setBrush(Qt.BrushStyle.NoBrush)
        ink.painter.setPen(ink.pen(dim))
        ink.painter.drawRect(frame)
        beside = rect.left() + strip + ink.length(GAP)
        for text, at in zip(self.ends, (frame.bottom() - line, frame.top()), strict=True):
            ink.write(text, QRectF(beside, at, rect.width(), line), NAME_PT, dim, LEFT)


@dataclass(frozen=True, eq=False)
class KeyedMatrix:
    """A heat map with its legend to the right, for export."""

    matrix: NumberMatrix
    key: ShadeKey

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint both."""
        key_width = ink.length(_KEY_PT)
        self.matrix.paint(ink, rect.adjusted(0.0, 0.0, -key_width - ink.length(GAP), 0.0))
        self.key.paint(ink, QRectF(rect.right() - key_width, rect.top(), key_width, rect.height()))


class ShadeKeyView(Painted):
    """The legend as a widget."""

    usual_size = QSize(_VIEW_PX, 120)
    """That of a strip and its labels."""

    def __init__(self, key: ShadeKey) -> None:
        super().__init__()
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.speak(", ".join((key.name.replace("\n", " "), " – ".join(key.ends))))

    def paint(self, painter: QPainter) -> None:
        """Paint the legend."""
        self._key.paint(Ink.of(self, painter), QRectF(self.rect()).adjusted(0.0, 1.0, -1.0, -1.0))
