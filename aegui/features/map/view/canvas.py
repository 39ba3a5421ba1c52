"""The latent map widget: composed of a scene, the surface that paints it, and tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QHelpEvent, QKeyEvent, QNativeGestureEvent, QRegion
from PySide6.QtWidgets import QGestureEvent, QSizePolicy, QToolTip

from aegui.core.i18n import tr
from aegui.features.map.view.axes_tool import AxesTool
from aegui.features.map.view.cursor_overlay import CursorOverlay
from aegui.features.map.view.lattice import PlaneScheduler
from aegui.features.map.view.map_cursor import MapCursor
from aegui.features.map.view.map_keys import MapKeys
from aegui.features.map.view.map_menu import MapMenu
from aegui.features.map.view.map_mouse import MapMouse, MapTouch
from aegui.features.map.view.navigation import Navigation
from aegui.features.map.view.overlays import TOP_PX, MapOverlays
from aegui.features.map.view.pin_tool import PinTool
from aegui.features.map.view.scene import Scene
from aegui.features.map.view.select_tool import SelectTool
from aegui.features.map.view.surface import MapSurface
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.layouts import Sized
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.session.jobs.clock import one_shot
from aegui.session.map.codes_service import described
from aegui.widgets.colours import MAX_CLASSES
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QHideEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
        QWheelEvent,
    )

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.features.map.view.types import FieldPicture, MapStyle, Pin
    from aegui.kit.charts.figure import Figure
    from aegui.session.map.codes_service import Codes

_BY_KEYS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_RESTYLING = (
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.FontChange,
)
_POINT_PX = 12
"""Side of the rectangle reported to screen readers for a sample."""


class LatentCanvas(Sized):
    """The latent map: drag to pan, wheel or pinch to zoom, double-click to pin, hover to decode.

    The samples lie at their codes, over the images decoded in between. Codes have d numbers: one is
    shown along x over a ribbon of decoded tiles, two span the plane; of more, two dimensions or
    directions are chosen, and ``base`` supplies the others.
    """

    accessible_role = QAccessible.Role.Canvas
    cursor_moved = Signal(object)
    """The code float32 ``[d]`` under the cursor, emitted immediately."""
    cursor_left = Signal()
    """The cursor has been removed."""
    view_changed = Signal(object)
    """The ``PlaneRequest`` of the decoded plane that is needed."""
    frame_changed = Signal()
    """Axes or base were changed: places of the plane have other codes."""
    style_changed = Signal(object)
    """The user chose another ``MapStyle``."""
    hovered = Signal(int)
    """The sample under the cursor; -1 if there is none."""
    selection_changed = Signal(object)
    """The user selected these samples, int64 ``[k]`` ascending."""
    pin_requested = Signal(object)
    """Pin a code, float32 ``[d]``."""
    pin_removed = Signal(int)
    """Remove the pin of that index."""
    pin_moved = Signal(int, object)
    """Move the pin of that index to a code, float32 ``[d]``."""
    trail_cleared = Signal()
    """Clear the trail of the drawing."""
    sample_activated = Signal(int)
    """A sample was clicked or chosen with Shift+Enter."""
    draw_requested = Signal(object)
    """Open the image decoded at a code, float32 ``[d]``, for drawing."""
    editor_requested = Signal()
    """Show the editor with the sample that was just activated."""
    layer_toggled = Signal(str)
    """Show or hide the layer of that key."""
    lens_toggled = Signal()
    """Show or hide the lens."""
    sheet_requested = Signal()
    """Show the latent traversals."""
    usual_size = QSize(800, 560)
    least_size = QSize(220, 200)

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()
        """What is on the map."""
        self.navigation = Navigation(self)
        """Owner of the viewport."""
        self.cursor_overlay = CursorOverlay(self.scene)
        """What is painted at the cursor."""
        self.overlays = MapOverlays(self.scene, self)
        """The controls on and beside the map."""
        self.surface = MapSurface(
            self, self.scene, self.cursor_overlay, self.navigation, self.overlays
        )
        """Painting."""
        self.planes = PlaneScheduler(self.scene)
        """The decoded plane that is needed."""
        self.map_cursor = MapCursor(self)
        """The place, and the sample, that the user points at."""
        self.axes = AxesTool(self)
        """Choice of the displayed plane."""
        self.selecting = SelectTool(self)
        """Lasso and selection."""
        self.pinning = PinTool(self)
        """Setting and moving of pins."""
        self.mouse = MapMouse(self)
        """Mouse handling."""
        self.touch = MapTouch(self)
        """Touch handling."""
        self.keys = MapKeys(self)
        """Keyboard handling."""
        self.menu = MapMenu(self)
        """Context menu and tooltip of a place."""
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        """Export of the map."""
        self._placing = one_shot(self, self.overlays.place)
        self._connect()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Latent map"))
        self.map_cursor.describe()

    def _connect(self) -> None:
        overlays, bar = self.overlays, self.overlays.bar
        self.navigation.moved.connect(self._on_navigation_moved)
        self.navigation.following_changed.connect(self._on_following_changed)
        bar.zoom_requested.connect(self.zoom_by)
        bar.fit.clicked.connect(self.fit)
        bar.style_edited.connect(self._on_style_edited)
        bar.layers.layer_toggled.connect(self.layer_toggled)
        bar.layers.lens_toggled.connect(self.lens_toggled)
        overlays.fields.hide_requested.connect(self.layer_toggled)
        overlays.lens.hide_requested.connect(self.lens_toggled)
        overlays.area_changed.connect(self._place_window)
        overlays.minimap.centre_requested.connect(self.navigation.centre)
        overlays.follow.button.clicked.connect(self.fit)
        overlays.legend.emphasis_requested.connect(self.set_emphasis)

    # Contents

    def set_samples(
        self,
        labels: Sequence[str],
        images: ArrayLike,
        image_style: ImageStyle = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        """Set the samples and discard their codes; the view is fitted to the next codes.

        Args:
            labels: N labels.
            images: ``[N, H, W]`` or ``[N, C, H, W]`` in [0, 1], not copied.
            image_style: How they are rendered.
            names: Name of each sample; by default its label.
        """
        if self.selecting.is_drawn:
            self.mouse.cancel()
        self.selecting.forget_region()
        # The overlay refers to the previous samples.
        self.map_cursor.set_hovered(None)
        self.scene.set_plane(None)
        self.scene.points.sprites.set_samples(labels, images, image_style, names)
        self.scene.forget_values()
        self.scene.layers.set_variances(None)
        self.set_selection(None)
        self.set_marked(None)
        self.planes.choose_tiles_anew()
        self.set_classes((), None)
        self.navigation.start_afresh()
        self.set_codes(None)

    def set_classes(self, names: Sequence[str], classes: NDArray[np.int64] | None) -> None:
        """Colour the samples by class.

        Args:
            names: Names of the classes.
            classes: The class of every sample of the set, ``[N]``; None for no colours.
        """
        useful = classes is not None and 1 < len(names) <= MAX_CLASSES
        self.scene.points.colours.set_classes(classes if useful else None)
        self.overlays.set_classes(names if useful else ())
        self.surface.redraw()

    def set_emphasis(self, number: int | None) -> None:
        """Emphasise the class ``number``; None emphasises none."""
        self.scene.points.colours.set_emphasis(number)
        self.overlays.show_legend()
        self.surface.redraw()

    def set_prior(self, has_prior: bool) -> None:
        """Set whether codes have a normal prior, as in a variational autoencoder."""
        if has_prior != self.scene.has_prior:
            self.scene.has_prior = has_prior
            self.surface.redraw()

    def set_codes(self, codes: ArrayLike | None) -> None:
        """Set the codes ``[N, d]`` of all samples, in the order of the set; None removes them.

        Raises:
            ValueError: There is not one code for each sample.
        """
        if codes is None:
            self.show_codes(None)
            return
        values = np.array(codes, np.float32)
        count = self.scene.points.sprites.count
        if values.ndim != 2 or len(values) != count:
            raise ValueError(f"codes of shape {values.shape} do not fit the samples")
        self.show_codes(described(values, np.arange(count), count))

    def show_codes(self, codes: Codes | None) -> None:
        """Show the codes of all or some samples of the set; None removes them."""
        scene, projection = self.scene, self.scene.projection
        before = projection.base
        if codes is None:
            self.cursor_overlay.set_preview(None)
        elif codes.size != projection.size:
            self._set_size(codes.size)
        scene.set_codes(codes)
        if scene.lacks_codes and projection.spanned and projection.pin_directions is None:
            projection.shuffle()
            scene.project_codes()
        if projection.base is not before:
            self.overlays.show_code()
        self.overlays.show_codes()
        self.navigation.set_bounds(scene.framed, scene.first_framed)
        self._show_view()
        self.map_cursor.refresh_hovered()
        self.map_cursor.describe()
        self.request_plane()
        self.surface.show_changes()

    def forget_network(self) -> None:
        """Remove the codes and reset the map to two dimensions."""
        if self.scene.projection.size != 2:
            self._set_size(2)
            self.show_codes(None)
            self.overlays.show_code()

    def take_view(self, other: LatentCanvas) -> None:
        """Show the plane and the place that the user has chosen in ``other``.

        It is the map of an earlier window.
        """
        projection = other.scene.projection
        if self.scene.projection.size == projection.size:
            self.axes.take_from(projection)
            self.navigation.take_from(other.navigation)
            self.map_cursor.take_from(other.map_cursor)

    def _set_size(self, size: int) -> None:
        # Clear the cursor and the drawing first, while the old projection still applies.
        self.set_drawing_code(None)
        self.map_cursor.forget_place()
        self.scene.set_size(size)
        self.planes.choose_tiles_anew()
        self.navigation.set_ribbon(size == 1)
        self.navigation.start_afresh()
        self._place_window()

    def set_plane(self, plane: Plane | None) -> None:
        """Set the decoded background; painted at its own place even if the view has moved since."""
        self.scene.set_plane(plane)
        self.surface.refine()

    # Layers and marks

    def set_field(self, field: FieldPicture | None) -> None:
        """Set the layer between the decoded plane and the samples; None removes it.

        It moves with the view, and is not drawn while the map shows other axes.
        """
        self.scene.layers.set_field(field)
        self.surface.redraw()
        self.overlays.show_position(self.cursor_overlay.position)

    def set_fan(self, images: ArrayLike | None, spacing: float = 0.0) -> None:
        """Show images ``[k, m, H, W]`` or ``[k, m, C, H, W]`` around the cursor, k and m odd.

        They are painted as one picture at the cursor, row 0 at the bottom; small crosses show where
        they were decoded.

        Args:
            images: The images decoded around the cursor; None hides the lens.
            spacing: Distance between neighbours in latent units, along x and y of the map.
        """
        self.cursor_overlay.fan.set_images(images, spacing)
        self.surface.update_overlay()

    def set_drift(self, code: ArrayLike | None) -> None:
        """Show an arrow from the cursor to the code ``[d]`` of the image there; None removes it."""
        overlay, view = self.cursor_overlay, self.surface.shown_view
        before = overlay.drift_region(view)
        overlay.drift = None
        if code is not None and np.isfinite(code).all():
            x, y = self.scene.projection.project(code)[0].tolist()
            overlay.drift = (x, y)
        # Only the arrow changes: repaint no other part of the overlay.
        self.update(before + overlay.drift_region(view))

    def set_path(self, codes: ArrayLike | None) -> None:
        """Show a path through the codes ``[n, d]`` as a line with dots; None removes it."""
        self.scene.layers.set_path(codes)
        self.surface.redraw()

    def set_ghost(self, codes: ArrayLike | None) -> None:
        """Show the codes ``[n, d]`` of another run pale under the samples; None removes them."""
        self.scene.layers.set_ghost(codes)
        self.surface.redraw()

    def set_marked(self, samples: ArrayLike | int | None) -> None:
        """Draw rings around one or more samples of the set; None removes the rings."""
        indices = np.zeros(0, np.int64) if samples is None else np.asarray(samples, np.int64)
        self.cursor_overlay.marked = indices.reshape(-1)
        self.surface.update_overlay()

    def set_selection(self, indices: ArrayLike | None) -> None:
        """Highlight the samples ``[k]`` as selected without emitting; None clears the selection."""
        chosen = None if indices is None else np.asarray(indices, np.int64)
        if chosen is not None and len(chosen) > 1:
            chosen = np.unique(chosen)
        if not np.array_equal([] if chosen is None else chosen, self.selection):
            self.selecting.forget_region()
        points = self.scene.points
        points.colours.set_selection(chosen, points.sprites.count)
        self.surface.redraw()
        self.overlays.selection.set_count(len(self.selection))
        self.overlays.place()

    @property
    def selection(self) -> NDArray[np.int64]:
        """The selected samples of the set, ascending."""
        return self.scene.points.colours.selection

    def set_values(self, name: str, values: ArrayLike | None) -> None:
        """Set a value ``[N]`` for each sample of the set, to colour it by; None if not known.

        Args:
            name: A key of ``COLOURS``: "error" or "novelty".
            values: The values; samples whose value is not finite get a pale colour.

        Raises:
            ValueError: There is not one value for each sample.
        """
        count = self.scene.points.sprites.count
        if values is not None and np.shape(values) != (count,):
            raise ValueError(f"{np.shape(values)} values do not fit {count} samples")
        self.scene.set_values(name, None if values is None else np.array(values, np.float64))
        self.surface.redraw()
        self.overlays.show_legend()

    def set_variances(self, variances: ArrayLike | None) -> None:
        """Set the posterior variances ``[N, d]``, drawn as ellipses; None removes them."""
        self.scene.layers.set_variances(variances)
        self.surface.redraw()

    def set_preview(self, image: ArrayLike | None) -> None:
        """Show the decoded image ``[H, W]`` or ``[C, H, W]`` beside the cursor; None removes it."""
        self.cursor_overlay.set_preview(image)
        overlay, surface = self.cursor_overlay, self.surface
        surface.update_overlay(overlay.preview_region(surface.shown_view, surface.font()))

    def set_drawing_code(self, z: ArrayLike | None, trail: ArrayLike = ()) -> None:
        """Mark the code ``[d]`` of the drawing and its trail ``[M, d]``; None removes the mark."""
        code = None if z is None else np.asarray(z, np.float64).reshape(-1)
        self.scene.set_drawing(code, np.asarray(trail, np.float64))
        drawn = self.scene.drawn_rect(self.surface.shown_view).toAlignedRect()
        self.surface.update_overlay(self.cursor_overlay.drawing_painted + QRegion(drawn))

    def set_pins(self, pins: Sequence[Pin]) -> None:
        """Set the pins; those whose code has another size are not drawn."""
        if self.pinning.is_used:
            # The dragged pin may not exist in the new set.
            self.mouse.cancel()
        self.scene.pins = tuple(pins)
        self.navigation.set_bounds(self.scene.framed, self.scene.first_framed)
        self.surface.redraw()

    def set_style(self, style: MapStyle) -> None:
        """Set the display options."""
        self.scene.set_style(style)
        self.overlays.bar.set_style(style)
        self.overlays.show_legend()
        self._show_view()
        self.surface.redraw()
        if not style.plane:
            self.planes.forget()
        self.request_plane()

    def set_empty_text(self, text: str) -> None:
        """Set the text shown while there are no codes."""
        if text == self.surface.empty_text:
            return
        self.surface.empty_text = text
        self.map_cursor.describe()
        if self.scene.codes is None:
            self.update()

    # State

    @property
    def base(self) -> NDArray[np.float32]:
        """A copy of the code ``[d]`` that supplies the components not shown on the map."""
        return self.scene.projection.base.copy()

    def figure(self) -> Figure | None:
        """Return the map with layers, samples and pins as a figure; None before any codes."""
        from aegui.features.map.view.map_figure import map_figure

        return map_figure(self)

    # Moving the view

    def fit(self) -> None:
        """Show all codes and pins, and keep them visible."""
        self.navigation.fit(animated=self.isVisible())

    def zoom_by(self, factor: float) -> None:
        """Scale by ``factor`` about the cursor, or about the centre if it is not visible."""
        view = self.navigation.view
        at = self.cursor_overlay.pixel(view)
        if at is None or not view.contains(at.x(), at.y()):
            at = QPointF(view.left + view.width / 2, view.top + view.height / 2)
        self.navigation.glide_zoom(factor, at.x(), at.y())

    def _place_window(self) -> None:
        left, inset = (0.0, 0.0) if self.scene.projection.ribbon else (LEFT_PX, TOP_PX)
        width = max(1.0, self.width() - left - self.overlays.strip_px)
        self.navigation.place(left, 0.0, width, self.height() - BOTTOM_PX, inset)

    def _show_view(self) -> None:
        """Update scale bar and overview."""
        self.overlays.show_view(self.navigation.view, self.navigation.home)

    def _on_navigation_moved(self) -> None:
        self._show_view()
        self.map_cursor.refresh_hovered()
        self.request_plane()
        self.surface.show_changes()
        self.mouse.follow()

    def _on_following_changed(self, following: bool) -> None:
        self.overlays.follow.setVisible(not following)
        self.overlays.place()

    def _on_style_edited(self, style: MapStyle) -> None:
        self.set_style(style)
        self.style_changed.emit(style)

    def request_plane(self) -> None:
        """Request another plane if the last one no longer covers the view."""
        scene, view = self.scene, self.navigation.view
        if scene.codes is None or not scene.style.plane or not self.isVisible():
            return
        request = self.planes.renewed(view, self.navigation.home, self.cursor_overlay.position)
        if request is not None:
            self.view_changed.emit(request)

    # Accessibility

    def part_count(self) -> int:
        """Return how many samples are on the map."""
        codes = self.scene.codes
        return 0 if codes is None else len(codes.indices)

    def part_words(self, place: int) -> str:
        """Return name and position of a sample."""
        points = self.scene.points
        x, y = points.coordinates[place].tolist()
        name = label_name(points.sprites.names[int(points.indices[place])])
        return tr("{name} at {x:.2f}, {y:.2f}", name=name, x=x, y=y)

    def part_rect(self, place: int) -> QRect:
        """Return a small rectangle around a sample."""
        self.scene.lay_out(self.navigation.view)
        x, y = self.scene.points.pixels[place].tolist()
        return QRectF(x - _POINT_PX / 2, y - _POINT_PX / 2, _POINT_PX, _POINT_PX).toRect()

    def index_at(self, position: QPoint) -> int | None:
        """Return the sample at ``position``, or None."""
        index = self.scene.sample_at(self.navigation.view, QPointF(position))
        return None if index is None else self.scene.points.row_of(index)

    def current_part(self) -> int | None:
        """Return None: the keys move a cursor that is not tied to the samples."""
        return None

    # Event handlers

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.surface.show_focus(False)
        self.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        self.mouse.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.mouse.at = None
        self.map_cursor.leave()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QGestureEvent):
            return self.touch.pinch(event)
        if isinstance(event, QNativeGestureEvent):
            return self.touch.trackpad(event) or super().event(event)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.menu.tip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if self._claims(event):
            event.accept()
            return True
        return super().event(event)

    def _claims(self, event: QEvent) -> bool:
        """Return whether the map handles this key itself instead of a menu shortcut."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        return isinstance(event, QKeyEvent) and is_asked and self.keys.action_of(event) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        action = self.keys.action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            self.surface.show_focus(True)
            action()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        menu = self.menu.at(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        if event.reason() in _BY_KEYS:
            self.surface.show_focus(True)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        self.surface.paint(event.region())

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in _RESTYLING:
            self.surface.restyle()
            # The controls have their new sizes once they have been told too.
            self._placing.start()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.overlays.place()
        self.request_plane()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.overlays.show_code()
        self._place_window()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self.navigation.rest()
        self.mouse.cancel()
        self.mouse.at = None
