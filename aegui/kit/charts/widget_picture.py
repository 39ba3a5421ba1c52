"""Export of a widget that paints itself, in the theme of the paper and as vector graphics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPalette, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.theme import painted_in, theme_palette

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.ink import Ink

_MIN_PX = 60


@dataclass(frozen=True, eq=False)
class WidgetPicture:
    """The content of a widget."""

    widget: QWidget
    """A widget that paints itself in the colours of the current theme."""
    fits: bool = True
    """Whether it can be painted at the size of the paper, with text as large as on the screen;
    otherwise it is painted at its own size and scaled."""
    children: bool = True
    """Whether its child widgets are painted too."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the widget centred in ``rect``."""
        widget, painter = self.widget, ink.painter
        before, top = widget.size(), widget.window()
        dots = widget.logicalDpiX() / 72.0
        was_updating = top.updatesEnabled()
        top.setUpdatesEnabled(False)
        painter.save()
        try:
            with painted_in(ink.theme):
                # A changed palette makes the widget drop caches that contain colours.
                widget.setPalette(theme_palette(ink.theme))
                size = before
                if self.fits:
                    size = QSize(round(rect.width() * dots), round(rect.height() * dots))
                    size = size.expandedTo(QSize(_MIN_PX, _MIN_PX))
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
    """Create the export menu of a widget that paints itself.

    Args:
        widget: The widget; the menu opens on a right click.
        name: Proposed file name. If the widget has ``copied_at(position)``, as a ``Painted`` does,
            the image there can be copied too.
        fits: As of ``WidgetPicture``.
    """

    def figure() -> Figure | None:
        if not widget.isVisible():
            return None
        from aegui.kit.charts.figure import Figure  # many widgets have this menu; few open it

        shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        picture = WidgetPicture(shown, fits)
        return Figure(name, widget.accessibleName(), (picture,), screen_dpi=widget.logicalDpiX())

    return FigureMenu(widget, figure, part=getattr(widget, "copied_at", None))
