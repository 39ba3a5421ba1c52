"""The latent map as it is shown: samples, decoded plane, marks, cursor; without hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.widgets.glyphs import label_name
from aegui.widgets.map.controls import AxesBar, FollowBar, ViewBar
from aegui.widgets.map.lattice import Lattice, covers, lattice_for, plane_request, tile_pixels
from aegui.widgets.map.navigation import Navigation
from aegui.widgets.map.overlay import Overlay
from aegui.widgets.map.rulers import BOTTOM_PX, LEFT_PX
from aegui.widgets.map.scene import Scene
from aegui.widgets.map.ticks import number_text
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import RADIUS, SPACING, current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QFont, QPaintEvent, QRegion, QResizeEvent, QShowEvent

    from aegui.session.plane_service import Plane
    from aegui.widgets.map.types import MapStyle, Pin, ViewRequest
    from aegui.widgets.map.viewport import Viewport

ZOOM_STEP = 1.25
"""Factor of one notch of the wheel, one key, one click on a button."""
_FIGURES_SCALE = 0.88
_RESTYLING = (
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.FontChange,
    QEvent.Type.DevicePixelRatioChange,
)


class MapView(QWidget):
    """The samples where their codes lie, over what the network decodes in between.

    A code has d numbers: one lies along x over a ribbon of decoded tiles, two fill the plane, of
    more two are chosen and the others are those of ``base``.

    Signals:
        cursor_moved(object): The code float32 ``[d]`` under the cursor, at once.
        cursor_left(): There is no cursor any more.
        view_changed(object): The ``ViewRequest`` of the decoded plane that is wished.
        style_changed(object): A person chose another ``MapStyle``.
    """

    cursor_moved = Signal(object)
    cursor_left = Signal()
    view_changed = Signal(object)
    style_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._overlay = Overlay(self._scene)
        self._navigation = Navigation(self)
        self._lattice: Lattice | None = None
        self._request: ViewRequest | None = None
        self._empty_text = tr("Press Train to see the codes.")
        self._figures: QFont | None = None
        self._keys_in_use = False
        self._bar = ViewBar(ZOOM_STEP, self)
        self._follow = FollowBar(self)
        self._axes_bar = AxesBar(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Latent map"))
        self._axes_bar.hide()
        self._connect()
        self._describe()

    def _connect(self) -> None:
        self._navigation.moved.connect(self._on_navigation_moved)
        self._navigation.following_changed.connect(self._on_following_changed)
        self._bar.zoom_requested.connect(self.zoom_by)
        self._bar.fit_requested.connect(self.fit)
        self._bar.style_edited.connect(self._on_style_edited)
        self._follow.follow_requested.connect(self.fit)
        self._axes_bar.axes_edited.connect(self.set_axes)
        self._axes_bar.base_edited.connect(self.set_base)
        self._axes_bar.mean_requested.connect(self._on_mean_requested)

    # What is shown

    def set_samples(self, labels: Sequence[str], images: ArrayLike) -> None:
        """The set whose codes are shown: N ``labels``, ``images`` ``[N, H, W]`` in [0, 1].

        Their codes must follow; the view is fitted to these.
        """
        self._scene.points.stamps.set_samples(labels, images)
        self._lattice = None
        self._navigation.start_afresh()
        self.set_codes(None)

    def set_codes(self, codes: ArrayLike | None) -> None:
        """The samples' codes ``[N, d]``, in the order of the set; None: there are none.

        Raises:
            ValueError: There is not one code for each sample.
        """
        array = None if codes is None else np.array(codes, np.float64)
        if array is not None:
            if array.ndim != 2 or len(array) != self._scene.points.stamps.count:
                raise ValueError(f"codes of shape {array.shape} do not fit the samples")
            if array.shape[1] != self._scene.size:
                self._set_size(array.shape[1])
                self._scene.base = _mean(array)
                self._show_axes()
        if array is None:
            self._overlay.set_preview(None)
        self._scene.set_codes(array)
        self._navigation.set_bounds(self._scene.bounds)
        self._refresh_hover()
        self._describe()
        self._update_request()
        self.update()

    def _set_size(self, size: int) -> None:
        self._scene.set_size(size)
        self.set_drawing_code(None)
        self._set_place(None)
        self._lattice = None
        self._navigation.set_ribbon(size == 1)
        self._navigation.start_afresh()
        self._place_window()

    def set_plane(self, plane: Plane | None) -> None:
        """The decoded background; drawn where it belongs however the view has moved since."""
        self._scene.plane.set_plane(plane)
        self._redraw()

    def set_cursor(self, z: ArrayLike | None) -> None:
        """Put the cursor at code ``z`` ``[d]``, or away, without telling."""
        if z is None:
            self._set_place(None)
            return
        x, y = self._scene.project(z)[0].tolist()
        self._set_place((x, y))

    def set_preview(self, image: ArrayLike | None) -> None:
        """The decoded image ``[H, W]`` at the cursor, drawn small beside it."""
        before = self._overlay_region()
        self._overlay.set_preview(image)
        self.update(before + self._overlay_region())

    def set_drawing_code(self, z: ArrayLike | None, trail: ArrayLike = ()) -> None:
        """Mark the code ``[d]`` of the drawing, and the way ``[M, d]`` that it has come."""
        scene = self._scene
        code = None if z is None else np.asarray(z, np.float64).reshape(-1)
        scene.drawing = code if code is not None and code.size == scene.size else None
        way = np.asarray(trail, np.float64)
        fits = scene.drawing is not None and way.ndim == 2 and way.shape[1] == scene.size
        scene.trail = way if fits else np.zeros((0, scene.size))
        self._redraw()

    def set_pins(self, pins: Sequence[Pin]) -> None:
        """The pins; those whose code has another size are not drawn."""
        self._scene.pins = tuple(pins)
        self._redraw()

    def set_style(self, style: MapStyle) -> None:
        """What to show."""
        self._scene.style = style
        self._bar.set_style(style)
        self._redraw()
        if not style.plane:
            # Whoever decodes may forget it meanwhile: ask again when it is wished again.
            self._request = None
        self._update_request()

    def set_empty_text(self, text: str) -> None:
        """What to say while there are no codes."""
        self._empty_text = text
        self._describe()
        self.update()

    def set_axes(self, i: int, j: int) -> None:
        """Show code number ``i`` (from 0) across and ``j`` upwards.

        Raises:
            ValueError: The codes have no such two numbers.
        """
        size = self._scene.size
        if size == 1 or i == j or not (0 <= i < size and 0 <= j < size):
            raise ValueError(f"no axes {i} and {j} in codes of {size}")
        self._scene.axes = (i, j)
        self._set_place(None)
        self._navigation.start_afresh()
        self._show_axes()
        self._scene.project_codes()
        self._navigation.set_bounds(self._scene.bounds)
        self._update_request()
        self._redraw()

    def set_base(self, base: ArrayLike) -> None:
        """The code ``[d]`` that gives the numbers which the map does not show."""
        self._scene.base = np.array(base, np.float32).reshape(self._scene.size)
        self._show_axes()
        self._update_request()
        self._tell_cursor()

    # What can be asked

    @property
    def axes(self) -> tuple[int, int]:
        """The code numbers (from 0) that lie across and upwards."""
        return self._scene.axes

    @property
    def base(self) -> NDArray[np.float32]:
        """The code ``[d]`` whose other numbers hold all over the map."""
        return self._scene.base.copy()

    @property
    def following(self) -> bool:
        """Whether the view keeps the codes in sight by itself."""
        return self._navigation.following

    @property
    def request(self) -> ViewRequest | None:
        """The decoded plane that was last asked for."""
        return self._request

    @property
    def navigation(self) -> Navigation:
        """What moves the view."""
        return self._navigation

    @property
    def scene(self) -> Scene:
        """What lies on the map."""
        return self._scene

    @property
    def overlay(self) -> Overlay:
        """What follows the cursor."""
        return self._overlay

    def cursor_code(self) -> NDArray[np.float32] | None:
        """The code ``[d]`` under the cursor, None without one."""
        place = self._overlay.place
        return None if place is None else self._scene.full_code(*place)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(800, 560)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(280, 200)

    # Moving the view

    def fit(self) -> None:
        """Show all codes, and keep them in sight."""
        self._navigation.fit(animated=self.isVisible())

    def zoom_by(self, factor: float) -> None:
        """Scale by ``factor`` about the cursor, or the middle where there is none in sight."""
        view = self._view
        at = self._overlay.pixel(view)
        if at is None or not view.contains(at.x(), at.y()):
            at = QPointF(view.left + view.width / 2, view.top + view.height / 2)
        self._navigation.glide_zoom(factor, at.x(), at.y())

    @property
    def _view(self) -> Viewport:
        return self._navigation.view

    def _place_window(self) -> None:
        left = 0.0 if self._scene.ribbon else LEFT_PX
        self._navigation.place(left, 0.0, self.width() - left, self.height() - BOTTOM_PX)

    def _on_navigation_moved(self) -> None:
        self._refresh_hover()
        self._update_request()
        self.update()

    def _on_following_changed(self, following: bool) -> None:
        self._follow.setVisible(not following)
        self._place_controls()

    def _on_style_edited(self, style: MapStyle) -> None:
        self.set_style(style)
        self.style_changed.emit(style)

    def _on_mean_requested(self) -> None:
        if self._scene.codes is not None:
            self.set_base(_mean(self._scene.codes))

    def _update_request(self) -> None:
        """Ask for another plane if the one asked for no longer serves."""
        scene, view = self._scene, self._view
        if scene.codes is None or not scene.style.plane or not self.isVisible():
            return
        ribbon = scene.ribbon
        tile_px = tile_pixels(*scene.points.stamps.image_shape, ribbon=ribbon)
        kept = self._lattice is not None and self._lattice.suits(view, tile_px)
        lattice = self._lattice if kept and self._lattice else lattice_for(view, tile_px)
        base = tuple(float(value) for value in scene.base)
        known = self._request
        if (
            known is not None
            and lattice == self._lattice
            and (known.axes, known.base) == (scene.axes, base)
            and covers(known.rect, view.bounds, ribbon=ribbon)
        ):
            return
        self._lattice = lattice
        self._request = plane_request(view, lattice, scene.axes, base, ribbon=ribbon)
        self.view_changed.emit(self._request)

    # The cursor

    def _set_place(self, place: tuple[float, float] | None) -> None:
        """Move the cursor to ``place`` on the plane and repaint what it leaves and meets."""
        before = self._overlay_region()
        self._overlay.place = place
        if place is None:
            self._overlay.set_preview(None)
        self._overlay.hovered = self._meant()
        self._describe()
        self.update(before + self._overlay_region())

    def _meant(self) -> int | None:
        at = self._overlay.pixel(self._view)
        if at is None:
            return None
        self._scene.lay_out(self._view)
        return self._scene.points.hit(at.x(), at.y())

    def _refresh_hover(self) -> None:
        """The samples or the view have moved under the cursor; all is painted anew anyway."""
        self._overlay.hovered = self._meant()

    def _tell_cursor(self) -> None:
        code = self.cursor_code()
        if code is not None:
            self.cursor_moved.emit(code)

    def _overlay_region(self) -> QRegion:
        return self._overlay.region(self._view, self._font())

    def _describe(self) -> None:
        """Say in words what the map shows at the cursor."""
        scene, code = self._scene, self.cursor_code()
        if scene.codes is None:
            describe(self, self._empty_text)
            return
        if code is None:
            describe(
                self, tr("Move the cursor with the mouse or the arrow keys to decode a place.")
            )
            return
        where = ", ".join(number_text(value) for value in code.tolist())
        near = scene.nearest(code)
        if near is None:
            describe(self, tr("Cursor at {where}", where=where))
            return
        label = label_name(scene.points.stamps.labels[near])
        describe(self, tr("Cursor at {where}, nearest {label}", where=where, label=label))

    # Painting

    def _redraw(self) -> None:
        self._scene.touch()
        self.update()

    def _font(self) -> QFont:
        if self._figures is None:
            self._figures = figures_font(self.font(), scale=_FIGURES_SCALE)
        return self._figures

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        view, theme, ratio = self._view, current_theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        picture = self._scene.picture(view, self.size(), ratio, theme, self._font())
        painter.drawPixmap(0, 0, picture)
        if self._scene.codes is None:
            self._paint_empty(painter, view)
        painter.setClipRegion(event.region())
        self._overlay.paint(painter, view, theme, ratio, self._font())
        if self.hasFocus() and self._keys_in_use:
            self._paint_focus(painter)

    def _paint_empty(self, painter: QPainter, view: Viewport) -> None:
        theme = current_theme()
        painter.setFont(self.font())
        room = QRectF(view.left, view.top, view.width, view.height).adjusted(24, 24, -24, -24)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = painter.boundingRect(room, flags, self._empty_text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.border)
        painter.setBrush(theme.raised)
        card = text.adjusted(-2 * SPACING, -SPACING, 2 * SPACING, SPACING)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        painter.setPen(theme.text)
        painter.drawText(room, flags, self._empty_text)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(current_theme().accent, 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in _RESTYLING:
            self._figures = None
            self._scene.drop_pictures()
            self.update()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._place_controls()
        self._update_request()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._place_window()
        self._place_controls()

    def _show_axes(self) -> None:
        size = self._scene.size
        self._axes_bar.setVisible(size > 2)
        if size > 2:
            self._axes_bar.set_state(self._scene.axes, self._scene.base)
        self._place_controls()

    def _place_controls(self) -> None:
        """The bar at the upper right, Follow beside it, the axes at the upper left."""
        right = self.width() - SPACING
        for control in (self._bar, self._follow):
            control.adjustSize()
            right -= control.width()
            control.move(right, SPACING)
            right -= SPACING
        self._axes_bar.adjustSize()
        self._axes_bar.move(round(LEFT_PX) + SPACING, SPACING)


def _mean(codes: NDArray[np.float64]) -> NDArray[np.float32]:
    """The mean code ``[d]``; numbers that are not finite count as 0."""
    finite = np.nan_to_num(codes, nan=0.0, posinf=0.0, neginf=0.0)
    mean: NDArray[np.float32] = finite.mean(axis=0).astype(np.float32)
    return mean
