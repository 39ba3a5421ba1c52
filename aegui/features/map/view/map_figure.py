"""Export of the map as a figure: background, layers, samples, pins and legends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.map.view.field_legend import gradient_along, layer_colours, value_colours
from aegui.features.map.view.ground import Ground, Target
from aegui.features.map.view.types import COLOURS
from aegui.kit.charts.axes import Axis, Scale, edges, figure, framed, shaped
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.ink import GAP, LEFT, TICK_PT
from aegui.kit.charts.widget_picture import WidgetPicture
from aegui.widgets.figures.points import MAX_SIGNS, PointPlot, paint_classes
from aegui.widgets.glyphs import label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QFont

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.features.map.view.field_legend import Entry
    from aegui.features.map.view.scene import Scene
    from aegui.kit.charts.axes import PlotArea
    from aegui.kit.charts.ink import Ink
    from aegui.widgets.viewport import Viewport

_PIXELS = 96 / 72
"""Screen pixels per typographic point of the figure."""
_RATIO = 300 / 96
_BAR = QSizeF(60.0, 6.0)
_PIN = 3.0


@dataclass(frozen=True, eq=False)
class MapPlot:
    """The contents of a map as a chart."""

    scene: Scene
    """The scene to paint."""
    view: Viewport
    """The visible part of it."""
    font: QFont
    """Font of the names of regions."""
    classes: tuple[str, ...] = ()
    """Names of the classes that have colours, or empty."""
    layers: tuple[Entry, ...] = ()
    """Legend texts of the layers."""
    values: tuple[str, tuple[float, float]] | None = None
    """Name and limits of the values that samples are coloured by; or None."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legends, axes, ground, samples and pins with the window's aspect ratio."""
        top = self._paint_legends(ink, rect)
        rect = rect.adjusted(0.0, top, 0.0, 0.0)
        x0, y0, x1, y1 = self.view.bounds
        names = self.scene.projection.axis_names()
        x, y = Axis(names[0], Scale(x0, x1)), Axis(names[1], Scale(y0, y1))
        rect = shaped(ink, rect, x, y, self.view.width / self.view.height)
        frame = framed(ink, rect, x, y)
        self._paint_ground(ink, frame)
        edges(ink, frame.plot)
        self._points(ink).paint_in(ink, frame)
        self._paint_pins(ink, frame)

    def _paint_ground(self, ink: Ink, frame: PlotArea) -> None:
        plot = frame.plot
        width, height = plot.width() * _PIXELS, plot.height() * _PIXELS
        x0, y0, x1, y1 = self.view.bounds
        view = replace(
            self.view.placed(0.0, 0.0, width, height), sx=width / (x1 - x0), sy=height / (y1 - y0)
        )
        size = QSize(round(view.width), round(view.height))
        image = Ground(self.scene).image(Target(view, size, _RATIO, ink.theme, self.font))
        ink.painter.drawImage(plot, image, QRectF(image.rect()))

    def _points(self, ink: Ink) -> PointPlot:
        scene = self.scene
        codes, style = scene.codes, scene.style
        if codes is None:
            none = Axis("", Scale(0.0, 1.0))
            return PointPlot(np.zeros((0, 2)), none, none)
        sprites, indices = scene.points.sprites, codes.indices
        pictured = style.points in ("auto", "glyphs")
        signs: tuple[str, ...] = ()
        if style.labels and not pictured and len(indices) <= MAX_SIGNS and sprites.has_labels:
            signs = tuple(label_sign(sprites.labels[index]) for index in indices.tolist())
        axis = Axis("", Scale(0.0, 1.0))
        return PointPlot(
            scene.projection.project(codes.values),
            axis,
            axis,
            signs,
            colours=scene.points.colours.rgba(indices, ink.theme),
            marks=scene.points.colours.marks(indices),
            image_of=(lambda row: sprites.image(int(indices[row]))) if pictured else None,
            image_style=sprites.image_style,
            cut_out=True,
        )

    def _paint_pins(self, ink: Ink, frame: PlotArea) -> None:
        for pin in self.scene.pins:
            if len(pin.z) != self.scene.projection.size:
                continue
            x, y = self.scene.projection.project(pin.z)[0].tolist()
            at = frame.at(x, y)
            if not frame.plot.contains(at):
                continue
            ink.painter.setPen(ink.pen(ink.theme.panel, 1.0))
            ink.painter.setBrush(ink.theme.accent)
            ink.painter.drawPolygon(
                [at, at + QPointF(-_PIN, -2 * _PIN), at + QPointF(_PIN, -2 * _PIN)]
            )
            box = QRectF(at.x() + _PIN + 1.0, at.y() - 2 * _PIN - 3.0, 0.0, 2 * _PIN)
            ink.write(pin.name, box, TICK_PT, ink.theme.text, LEFT, bold=True)

    def _paint_legends(self, ink: Ink, rect: QRectF) -> float:
        top = paint_classes(ink, rect, self.classes) if self.classes else 0.0
        line = ink.line(TICK_PT) + 2.0
        bars: list[tuple[str, str, str, Sequence[QColor]]] = []
        if self.values is not None:
            name, (low, high) = self.values
            bars.append((name, figure(low), figure(high), value_colours()))
        for entry in self.layers:
            colours = layer_colours(entry.key, ink.theme) if entry.high else []
            bars.append((entry.title, entry.low, entry.high, colours))
        for bar in bars:
            row = QRectF(rect.left(), rect.top() + top, rect.width(), line)
            _paint_bar(ink, row, *bar)
            top += line
        return top + (GAP if bars else 0.0)


def map_figure(canvas: LatentCanvas) -> Figure | None:
    """Return the map with layers, samples and pins as a figure; None before any codes."""
    scene, overlays = canvas.scene, canvas.overlays
    if scene.codes is None:
        return None
    title = tr("Latent map")
    if scene.projection.ribbon:
        picture = WidgetPicture(canvas, fits=False, children=False)
        return Figure("map", title, (picture,), screen_dpi=canvas.logicalDpiX())
    by_value = scene.style.colour != "label"
    ends = scene.points.colours.value_range
    plot = MapPlot(
        scene,
        canvas.navigation.view,
        canvas.surface.font(),
        overlays.legend.names,
        overlays.fields.entries if scene.layers.shown_field() is not None else (),
        (tr(COLOURS[scene.style.colour].label), ends) if by_value and ends else None,
    )
    return Figure("map", title, (plot,))


def _paint_bar(
    ink: Ink, row: QRectF, name: str, low: str, high: str, colours: Sequence[QColor]
) -> None:
    """Paint one line of a legend: name, lower end, colours, upper end."""
    x = row.left()
    for text, colour in ((name, ink.theme.text), (low, ink.theme.text_dim)):
        box = QRectF(x, row.top(), row.right() - x, row.height())
        ink.write(text, box, TICK_PT, colour, LEFT)
        x += ink.width(text, TICK_PT) + 1.5 * GAP
    if not colours:
        return
    bar = QRectF(QPointF(x, row.center().y() - _BAR.height() / 2), _BAR)
    ink.painter.setPen(Qt.PenStyle.NoPen)
    ink.painter.setBrush(gradient_along(bar, colours))
    ink.painter.drawRect(bar)
    box = QRectF(bar.right() + 1.5 * GAP, row.top(), row.right() - bar.right(), row.height())
    ink.write(high, box, TICK_PT, ink.theme.text_dim, LEFT)
