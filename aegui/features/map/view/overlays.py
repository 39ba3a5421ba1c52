"""Controls on and beside the map (buttons, axes, sliders, legends, scale bar) and their layout."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter

from aegui.core.i18n import localized, tr
from aegui.features.map.model.plane_tiles import contains
from aegui.features.map.view.code_sliders import STRIP_PX, CodeStrip
from aegui.features.map.view.controls import AxesBar, FollowButton, SelectionBar, ViewBar
from aegui.features.map.view.field_legend import FieldLegend, ValueLegend
from aegui.features.map.view.legend import ClassLegend
from aegui.features.map.view.lens import LensBar
from aegui.features.map.view.minimap import Minimap
from aegui.features.map.view.types import COLOURS
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.painted import PaintedBase, paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Viewport


LONGEST_PX = 96.0
"""Maximum length of the bar; it is at least two fifths of it."""
_ROUND = (1.0, 2.0, 5.0)
_PAD_PX = 6
_FONT = 0.88


class ScaleBar(PaintedBase):
    """A bar with its length in latent units; transparent to the mouse."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._units = 1.0
        self.length_px = LONGEST_PX
        """Length of the bar."""
        self.text = ""
        """Text beside the bar."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Scale"))

    def set_view(self, view: Viewport, home: Viewport) -> None:
        """Set the scale of ``view``, and its zoom relative to ``home``, which shows all codes."""
        units = round_below(LONGEST_PX / view.sx)
        zoom = view.sx / home.sx
        written = localized(units, "g") + (
            f"  ×{_zoom_text(zoom)}" if abs(zoom - 1.0) > 0.01 else ""
        )
        length = units * view.sx
        if written == self.text and length == self.length_px:
            return
        self._units, self.length_px, self.text = units, length, written
        text = tr(
            "The bar is {units} long; zoom {zoom}",
            units=localized(units, "g"),
            zoom=_zoom_text(zoom),
        )
        describe(self, text, spoken=False)
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        width = round(self.length_px) + 2 * _PAD_PX + 6 + metrics.horizontalAdvance(self.text)
        return QSize(width, metrics.height() + 4)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        paint_card(painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        y, left = self.height() // 2, _PAD_PX
        right = left + round(self.length_px)
        painter.fillRect(left, y, right - left, 2, theme.text_dim)
        for x in (left, right - 2):
            painter.fillRect(x, y - 3, 2, 8, theme.text_dim)
        painter.setPen(theme.text)
        painter.setFont(figures_font(self.font(), scale=_FONT))
        area = QRectF(right + 6, 0, self.width() - right - 6, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text)


def _zoom_text(zoom: float) -> str:
    return localized(zoom, ",.0f") if zoom >= 1000 else localized(zoom, ".3g")


def round_below(length: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is at most ``length``."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(part * power for part in _ROUND if part * power <= length * (1 + 1e-9))


TOP_PX = 40.0
"""Space that a fit leaves to the buttons, besides its general margin."""
_MIN_MAP_PX = 320
_MIN_BESIDE_PX = 200
"""Minimum width of the map beside the sliders, which the user has requested."""
_PART = 1.15


class MapOverlays(QObject):
    """Owns the controls of a map and updates them from the scene."""

    area_changed = Signal()
    """The room left for the map has changed."""
    corners_changed = Signal()
    """The overlays in the lower corners have changed."""

    def __init__(self, scene: Scene, parent: QWidget) -> None:
        super().__init__(parent)
        self._map = parent
        self._scene = scene
        self._strip_asked = False
        self._classes: tuple[str, ...] = ()
        self.bar = ViewBar(parent)
        self.follow = FollowButton(parent)
        self.selection = SelectionBar(parent)
        self.axes = AxesBar(parent)
        self.strip = CodeStrip(parent)
        self.legend = ClassLegend(parent)
        self.values = ValueLegend(parent)
        self.scale = ScaleBar(parent)
        self.minimap = Minimap(scene, parent)
        self.lens = LensBar(parent)
        self.fields = FieldLegend(parent)
        self.cards: tuple[QWidget, ...] = (
            self.bar, self.follow, self.selection, self.axes, self.strip, self.legend, self.values,
            self.scale, self.lens, self.fields,
        )  # fmt: skip
        """The controls, opaque but for their rounded corners, that do not show the codes."""
        overlay_area_of(parent).keep_clear(
            (self.bar, self.follow, self.selection, self.axes, self.lens)
        )
        self.axes.hide()
        self.strip.hide()
        self.legend.hide()
        self.axes.strip.clicked.connect(self.set_strip)
        self.legend.size_changed.connect(self._place_legend)

    @property
    def strip_px(self) -> int:
        """Width that the strip of sliders takes, in pixels."""
        return STRIP_PX if self.strip.isVisibleTo(self._map) else 0

    def set_strip(self, shown: bool) -> None:
        """Show or hide the sliders; they are only shown if codes have more than 2 numbers."""
        self._strip_asked = shown
        self.axes.strip.setChecked(shown)
        self._show_strip()

    def _show_strip(self) -> None:
        is_wide = self._map.width() - STRIP_PX >= _MIN_BESIDE_PX
        shown = self._strip_asked and self._scene.projection.size > 2 and is_wide
        if shown != self.strip.isVisibleTo(self._map):
            self.strip.setVisible(shown)
            self.area_changed.emit()
        self.place()

    def show_code(self) -> None:
        """Update axes and sliders after the axes or the base code have changed."""
        projection = self._scene.projection
        self.axes.setVisible(projection.size > 2)
        self.axes.set_state(
            projection.axes,
            projection.size,
            spanned=projection.spanned,
            through_pins=projection.pin_directions is not None and not projection.is_random,
            random=projection.is_random,
        )
        if projection.size > 2:
            shown = {projection.axes[0]: tr("across"), projection.axes[1]: tr("up")}
            self.strip.sliders.set_shown({} if projection.spanned else shown)
            self.strip.sliders.set_code(projection.base)
        self._show_strip()

    def show_codes(self) -> None:
        """Update controls and legends after the codes of the samples have changed."""
        codes = self._scene.codes
        self.strip.set_prior(self._scene.has_prior)
        if codes is not None and codes.size > 2:
            self.strip.sliders.set_codes(codes.mean, codes.spread)
        count = 0 if codes is None else len(codes.values)
        # Without codes of samples there are no principal directions: offer random planes instead.
        self.axes.set_random(self._scene.lacks_codes)
        note = ""
        if codes is not None and 0 < count < codes.total:
            note = tr(
                "{count} of {total} samples",
                count=localized(count, ","),
                total=localized(codes.total, ","),
            )
        self.legend.set_note(note)
        self.show_legend()

    def set_classes(self, names: Sequence[str]) -> None:
        """Set the names of the classes that have colours; may be empty."""
        self._classes = tuple(names)
        self.show_legend()

    def show_legend(self) -> None:
        """Update the legends after a change of style, classes or codes."""
        codes = self._scene.codes
        has_codes = codes is not None and len(codes.values) > 0
        style = self._scene.style
        by_value = style.colour != "label"
        name = tr(COLOURS[style.colour].label)
        self.values.set_scale(name, self._scene.points.colours.value_range)
        self.values.setVisible(has_codes and by_value and style.legend)
        names = self._classes if style.legend and has_codes and not by_value else ()
        self.legend.set_classes(names)
        self.legend.set_emphasis(self._scene.points.colours.emphasis)
        self.legend.setVisible(has_codes and not self.legend.is_empty)
        self.place()

    def show_hovered(self, sample: int | None) -> None:
        """Mark the class of the hovered sample in the legend; None for no sample."""
        colours = self._scene.points.colours
        self.legend.set_pointed(None if sample is None else colours.class_of(sample))

    @property
    def corners(self) -> list[QRect]:
        """Rectangles of the visible overlays in the lower corners of the map."""
        cards = (self.legend, self.values, self.scale, self.minimap)
        return [card.geometry() for card in cards if card.isVisibleTo(self._map)]

    def show_position(self, position: tuple[float, float] | None) -> None:
        """Show the values of the visible layers at ``position`` of the map."""
        visible = self._scene.layers.shown_field() is not None
        self.fields.set_position(position if visible else None)

    def show_view(self, view: Viewport, home: Viewport) -> None:
        """Update scale bar and overview after the view has moved."""
        scene = self._scene
        has_codes = scene.codes is not None
        self.scale.setVisible(has_codes and scene.style.scale)
        self.scale.set_view(view, home)
        within = view.sx < _PART * home.sx and view.sy < _PART * home.sy
        away = scene.bounds is None or not contains(view.bounds, scene.bounds)
        is_wide = self._map.width() - self.strip_px > _MIN_MAP_PX
        shown = has_codes and scene.style.minimap and is_wide and not within and away
        self.minimap.set_view(view)
        if shown != self.minimap.isVisibleTo(self._map):
            self.minimap.setVisible(shown)
            self.corners_changed.emit()
        self._place_lower_left()

    def _place_lower_left(self) -> None:
        """Place the scale bar at the lower left, and the overview above it.

        In a narrow map both are above the legend, unless that is expanded only for a moment.
        """
        left = (0 if self._scene.projection.ribbon else round(LEFT_PX)) + SPACING
        bottom = self._map.height() - round(BOTTOM_PX) - SPACING
        if self.scale.isVisibleTo(self._map):
            legend, shown = self.legend, self.legend.isVisibleTo(self._map)
            is_beside = left + self.scale.width() + SPACING // 2 <= legend.x()
            if shown and not is_beside and not legend.is_expanded:
                bottom = min(bottom, legend.y() - SPACING // 2)
            bottom -= self.scale.height()
            self.scale.move(left, bottom)
            bottom -= SPACING // 2
        size = self.minimap.sizeHint()
        overview = QRect(left, bottom - size.height(), size.width(), size.height())
        if overview != self.minimap.geometry():
            self.minimap.setGeometry(overview)
            self.corners_changed.emit()

    def _place_legend(self) -> None:
        """Place the legend at the lower right; it grows upwards."""
        right = self._map.width() - self.strip_px - SPACING
        bottom = self._map.height() - round(BOTTOM_PX) - SPACING
        height = bottom - self.bar.height() - 2 * SPACING
        self.legend.set_size_limit(QSize(right - round(LEFT_PX), height))
        size = self.legend.sizeHint()
        self.legend.setGeometry(
            right - size.width(), bottom - size.height(), size.width(), size.height()
        )
        if not self.legend.is_compact:
            self.legend.raise_()
        above = size.height() + SPACING if self.legend.isVisibleTo(self._map) else 0
        self.values.move(right - self.values.width(), bottom - self.values.height() - above)
        self._place_lower_left()
        self.corners_changed.emit()

    def place(self) -> None:
        """Lay out all controls for the current size of the map.

        The bar is at the upper right, Follow beside it, the axes at the upper left, the sliders at
        the right, the legend at the lower right, lens and layers below the axes, scale bar and
        overview at the lower left.
        """
        width, height = self._map.width(), self._map.height()
        right = width - self.strip_px
        self.strip.setGeometry(right, 0, STRIP_PX, height)
        edge = right - SPACING
        for control in (self.bar, self.follow, self.selection):
            control.adjustSize()
            if control is self.selection and not control.isVisibleTo(self._map):
                continue
            edge -= control.width()
            control.move(edge, SPACING)
            edge -= SPACING
        left = round(LEFT_PX) + SPACING
        self.axes.set_width(right - SPACING - left)
        # If both do not fit into one row, the axes go below the bar.
        below = left + self.axes.width() > edge
        self.axes.move(left, 2 * SPACING + self.bar.height() if below else SPACING)
        top = SPACING
        if self.axes.isVisibleTo(self._map):
            top += self.axes.geometry().bottom()
        self.lens.adjustSize()
        cards = (self.lens, self.fields)
        visible = [card.width() for card in cards if card.isVisibleTo(self._map)]
        widest = max(visible, default=0)
        if left + widest > edge:
            top = max(top, 2 * SPACING + self.bar.height())
        for card in cards:
            card.move(left, top)
            top += card.height() + SPACING if card.isVisibleTo(self._map) else 0
        self._place_legend()
