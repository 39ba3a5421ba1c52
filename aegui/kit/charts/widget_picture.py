"""A widget that paints itself as a figure: in the theme of the paper, as lines and letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPalette, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from aegui.kit.charts.figure import Figure
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.theme import painted_in, theme_palette

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from aegui.kit.charts.ink import Ink

_LEAST_PX = 60


@dataclass(frozen=True, eq=False)
class WidgetPicture:
    """What a widget shows.

    Attributes:
        widget: It paints itself, with the colours of the theme in force.
        fits: Whether it can be painted at the size of the paper, letters as large as on the
            screen; else it is painted as large as it is, and scaled.
        children: Whether the widgets in it are painted too.
        title: Above it, where there are several parts.
    """

    widget: QWidget
    fits: bool = True
    children: bool = True
    title: str = ""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the widget in the middle of ``rect``."""
        widget, painter = self.widget, ink.painter
        before, top = widget.size(), widget.window()
        dots = widget.logicalDpiX() / 72.0
        was_updating = top.updatesEnabled()
        top.setUpdatesEnabled(False)
        painter.save()
        try:
            with painted_in(ink.theme):
                # Another palette has the widget drop what it has cached in colours.
                widget.setPalette(theme_palette(ink.theme))
                size = before
                if self.fits:
                    size = QSize(round(rect.width() * dots), round(rect.height() * dots))
                    size = size.expandedTo(QSize(_LEAST_PX, _LEAST_PX))
                    widget.resize(size)
                scale = min(rect.width() / size.width(), rect.height() / size.height())
                painter.translate(
                    rect.left() + (rect.width() - scale * size.width()) / 2,
                    rect.top() + (rect.height() - scale * size.height()) / 2,
                )
                painter.scale(scale, scale)
                flags = QWidget.RenderFlag(0)
                if self.children:
                    flags = QWidget.RenderFlag.DrawChildren
                widget.render(painter, QPoint(), QRegion(), flags)
        finally:
            painter.restore()
            if self.fits:
                widget.resize(before)
            widget.setPalette(QPalette())
            top.setUpdatesEnabled(was_updating)


def offer_painted(widget: QWidget, name: str, *, fits: bool = True) -> FigureMenu:
    """The menu of a widget that paints itself: called as listeners are.

    Args:
        widget: It offers itself at a click of the right button.
        name: Proposed for its file. A widget with ``copied_at(position)``, such as a ``Painted``,
            offers the image there alone too.
        fits: As of ``WidgetPicture``.
    """

    def figure() -> Figure | None:
        if not widget.isVisible():
            return None
        shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        picture = WidgetPicture(shown, fits)
        return Figure(name, widget.accessibleName(), (picture,), screen_dpi=widget.logicalDpiX())

    return FigureMenu(widget, figure, part=getattr(widget, "copied_at", None))
