"""Context menu to export any figure to a file or the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolButton, QWidget

from aegui.core.i18n import mark, tr
from aegui.kit.choosing import menu_below
from aegui.kit.marks import flat_button
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.kit.charts.figure import Figure

COPY, COPY_TABLE, CSV, COPY_PART = "copy", "copy_table", "csv", "copy_part"
_PART_PX = 256
"""Least shorter side of a copied image."""
_PICTURES = (
    ("png", mark("Save as &PNG…")),
    ("svg", mark("Save as &SVG…")),
    ("pdf", mark("Save as P&DF…")),
    (COPY, mark("&Copy picture")),
)
_TABLES = ((CSV, mark("Save as CS&V…")), (COPY_TABLE, mark("Copy &table")))


class FigureExporter(QObject):
    """Receives the figures of all menus; a window has one, as its child."""

    requested = Signal(object, str)
    """Emitted with a ``Figure`` and an action: one of ``FORMS``, ``CSV``, or a copy key."""


class FigureMenu(QObject):
    """Export menu of a widget; the desk is looked up when an entry is chosen."""

    def __init__(
        self,
        widget: QWidget,
        figure: Callable[[], Figure | None],
        *,
        on_right_click: bool = True,
        part: Callable[[QPoint], QRect | None] | None = None,
    ) -> None:
        """Offer the figure that ``figure`` returns on each use; None disables the menu.

        ``part`` returns the rectangle of the single image under the pointer, which can be copied.
        """
        super().__init__(widget)
        self._widget = widget
        self._figure = figure
        self._part = part
        if on_right_click:
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(self.open_at)

    def button(self, name: str, *extras: tuple[str, Callable[[], object]]) -> QToolButton:
        """Create a button that opens the menu, with more entries ``extras``; ``name``: tooltip."""
        button = flat_button("export", name)
        menu = menu_below(button)
        menu.aboutToShow.connect(lambda: self._fill(menu, extras))
        return button

    def add_to(self, menu: QMenu) -> None:
        """Add the entries to ``menu``, if there is a figure."""
        figure = self._figure()
        if figure is None:
            return
        entries = _PICTURES + (_TABLES if figure.csv else ())
        for key, text in entries:
            action = menu.addAction(tr(text))
            action.setData(key)
            action.triggered.connect(lambda _checked=False, key=key: self.bring(key))

    def bring(self, key: str) -> None:
        """Send the figure to the desk, to be saved or copied."""
        figure, exporter = self._figure(), _exporter_of(self._widget)
        if figure is not None and exporter is not None:
            exporter.requested.emit(figure, key)

    def _fill(self, menu: QMenu, extras: tuple[tuple[str, Callable[[], object]], ...]) -> None:
        menu.clear()
        self.add_to(menu)
        if extras and not menu.isEmpty():
            menu.addSeparator()
        for text, then in extras:
            menu.addAction(text).triggered.connect(lambda _checked=False, then=then: then())

    def open_at(self, position: QPoint) -> None:
        """Open the menu at ``position`` of the widget, if there is a figure."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_part(menu, position)
        self.add_to(menu)
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(self._widget.mapToGlobal(position))

    def _add_part(self, menu: QMenu, position: QPoint) -> None:
        rect = None if self._part is None else self._part(position)
        if rect is not None and not rect.isEmpty():
            action = menu.addAction(tr("Copy this image"))
            action.setData(COPY_PART)
            action.triggered.connect(lambda _checked=False: self.copy_part(rect))
            menu.addSeparator()

    def copy_part(self, rect: QRect) -> None:
        """Copy the part of the widget in ``rect`` as an image, enlarged to a usable size."""
        scale = max(1.0, _PART_PX / max(1, min(rect.width(), rect.height())))
        image = QImage(rect.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(current_theme().panel)
        painter = QPainter(image)
        painter.scale(scale, scale)
        widget = self._widget
        shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        shown.render(painter, QPoint(), QRegion(rect), QWidget.RenderFlag(0))
        painter.end()
        QGuiApplication.clipboard().setImage(image)


def _exporter_of(widget: QWidget) -> FigureExporter | None:
    """Return the desk of the window of ``widget``, also from within a floating panel."""
    up: QWidget | None = widget
    while up is not None:
        exporter = up.findChild(FigureExporter, "", Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(exporter, FigureExporter):
            return exporter
        up = up.parentWidget()
    return None
