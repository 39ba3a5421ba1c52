"""The latent map without input handling: samples, decoded plane, marks and cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Signal

from aegui.core.i18n import tr
from aegui.features.map.view.overlays import TOP_PX, MapOverlays
from aegui.features.map.view.surface import MapSurface
from aegui.features.map.view.wanted_plane import WantedPlane
from aegui.kit.speech import describe
from aegui.session.data.looks import GLYPHS, Look
from aegui.session.jobs.clock import one_shot
from aegui.session.map.codes_service import described
from aegui.widgets.class_colours import MAX_CLASSES
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX
from aegui.widgets.ticks import numbers_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QResizeEvent, QShowEvent
    from PySide6.QtWidgets import QWidget

    from aegui.features.map.model.plane_tiles import Plane, PlaneRequest
    from aegui.features.map.view.types import FieldPicture, MapStyle, Pin
    from aegui.session.map.codes_service import Codes

ZOOM_STEP = 1.25
"""Zoom factor of one wheel notch, key press or button click."""
_MAX_SAID = 8
_SAYING_MS = 50


class MapView(MapSurface):
    """The samples at their codes, over the images decoded in between.

    Codes have d numbers: one is shown along x over a ribbon of decoded tiles, two span the plane;
    of more, two dimensions or directions are chosen, and ``base`` supplies the others.

    Signals:
        cursor_moved(object): The code float32 ``[d]`` under the cursor, emitted immediately.
        cursor_left(): The cursor has been removed.
        view_changed(object): The ``PlaneRequest`` of the decoded plane that is needed.
        style_changed(object): The user chose another ``MapStyle``.
        hovered(int): The sample under the cursor; -1 if there is none.
        selection_changed(object): The user selected these samples, int64 ``[k]`` ascending.
    """

    cursor_moved = Signal(object)
    cursor_left = Signal()
    view_changed = Signal(object)
    style_changed = Signal(object)
    hovered = Signal(int)
    selection_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = WantedPlane(self.scene)
        self._last_place: tuple[float, float] | None = None
        self._words = ""
        self._saying = one_shot(self, self._describe)
        self.overlays = MapOverlays(ZOOM_STEP, self.scene, self)
        """The controls on and beside the map."""
        self._bar = self.overlays.bar
        self._connect()
        self._describe()

    def _connect(self) -> None:
        self.navigation.moved.connect(self._on_navigation_moved)
        self.navigation.following_changed.connect(self._on_following_changed)
        self._bar.zoom_requested.connect(self.zoom_by)
        self._bar.fit_requested.connect(self.fit)
        self._bar.style_edited.connect(self._on_style_edited)
        overlays = self.overlays
        overlays.room_changed.connect(self._place_window)
        overlays.minimap.centre_requested.connect(self.navigation.centre)
        overlays.follow.follow_requested.connect(self.fit)
        overlays.axes.axes_edited.connect(self.set_axes)
        overlays.axes.spanned_edited.connect(self.set_spanned)
        overlays.axes.through_pins_edited.connect(self.set_through_pins)
        overlays.axes.shuffle_requested.connect(self.shuffle)
        overlays.strip.base_edited.connect(self.set_base)
        overlays.strip.mean_requested.connect(self._on_mean_requested)
        overlays.strip.zero_requested.connect(self._on_zero_requested)
        overlays.strip.random_requested.connect(self._on_random_requested)
        overlays.legend.emphasis_requested.connect(self.set_emphasis)

    # Display

    def set_samples(
        self,
        labels: Sequence[str],
        images: ArrayLike,
        look: Look = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        """Set the samples and discard their codes; the view is fitted to the next codes.

        Args:
            labels: N labels.
            images: ``[N, H, W]`` or ``[N, C, H, W]`` in [0, 1], not copied.
            look: How they are rendered.
            names: Name of each sample; by default its label.
        """
        # The overlay refers to the previous samples.
        self._set_hovered(None)
        self.scene.set_plane(None)
        self.scene.points.sprites.set_samples(labels, images, look, names)
        self.scene.forget_values()
        self.scene.layers.set_variances(None)
        self.set_selection(None)
        self.set_marked(None)
        self._wanted.choose_tiles_anew()
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
        self.redraw()

    def set_emphasis(self, number: int | None) -> None:
        """Emphasise the class ``number``; None emphasises none."""
        self.scene.points.colours.set_emphasis(number)
        self.overlays.show_legend()
        self.redraw()

    def set_prior(self, has_prior: bool) -> None:
        """Set whether codes have a normal prior, as in a variational autoencoder."""
        if has_prior != self.scene.has_prior:
            self.scene.has_prior = has_prior
            self.redraw()

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
        scene = self.scene
        before = scene.base
        if codes is None:
            self.cursor_overlay.set_preview(None)
        elif codes.size != scene.size:
            self._set_size(codes.size)
            scene.base = codes.mean.copy()
        elif scene.size > 2 and scene.follows_mean:
            # During training the codes move: a fixed base would soon lie far from all of them.
            scene.base = codes.mean.copy()
        scene.set_codes(codes)
        if scene.lacks_codes and scene.spanned and scene.pin_directions is None:
            scene.shuffle()
            scene.set_codes(codes)
        if scene.base is not before:
            self.overlays.show_code()
        self.overlays.show_codes()
        self.navigation.set_bounds(scene.framed, scene.first_framed)
        self._show_view()
        self._refresh_hover()
        self._describe()
        self._update_request()
        self._show_changes()

    def forget_network(self) -> None:
        """Remove the codes and reset the map to two dimensions."""
        if self.scene.size != 2:
            self._set_size(2)
            self.show_codes(None)
            self.overlays.show_code()

    def _set_size(self, size: int) -> None:
        # Clear the cursor and the drawing first, while the old projection still applies.
        self.set_drawing_code(None)
        self._set_place(None)
        self.scene.set_size(size)
        self._last_place = None
        self._wanted.choose_tiles_anew()
        self.navigation.set_ribbon(size == 1)
        self.navigation.start_afresh()
        self._place_window()

    def set_plane(self, plane: Plane | None) -> None:
        """Set the decoded background; painted at its own place even if the view has moved since."""
        self.scene.set_plane(plane)
        self.scene.touch()
        self._redraw_soon()

    def set_cursor(self, z: ArrayLike | None) -> None:
        """Move the cursor to code ``z`` ``[d]``, or remove it, without emitting a signal."""
        if z is None:
            self._set_place(None)
            return
        x, y = self.scene.project(z)[0].tolist()
        self._set_place((x, y))

    # Layers and marks

    def set_field(self, field: FieldPicture | None) -> None:
        """Set the layer between the decoded plane and the samples; None removes it.

        It moves with the view, and is not drawn while the map shows other axes.
        """
        self.scene.layers.set_field(field)
        self.redraw()
        self.overlays.show_place(self.cursor_overlay.place)

    def set_fan(self, images: ArrayLike | None, spacing: float = 0.0) -> None:
        """Show images ``[k, m, H, W]`` or ``[k, m, C, H, W]`` around the cursor, k and m odd.

        They are painted as one picture at the cursor, row 0 at the bottom; small crosses show where
        they were decoded.

        Args:
            images: The images decoded around the cursor; None hides the lens.
            spacing: Distance between neighbours in latent units, along x and y of the map.
        """
        self.cursor_overlay.fan.set_images(images, spacing)
        self._update_overlay(self._overlay_region())

    def set_drift(self, code: ArrayLike | None) -> None:
        """Show an arrow from the cursor to the code ``[d]`` of the image there; None removes it."""
        overlay, view = self.cursor_overlay, self.navigation.view
        before = overlay.drift_region(view)
        overlay.drift = None
        if code is not None and np.isfinite(code).all():
            x, y = self.scene.project(code)[0].tolist()
            overlay.drift = (x, y)
        # Only the arrow changes: repaint no other part of the overlay.
        self.update(before + overlay.drift_region(view))

    def set_path(self, codes: ArrayLike | None) -> None:
        """Show a path through the codes ``[n, d]`` as a line with dots; None removes it."""
        self.scene.layers.set_path(codes)
        self.redraw()

    def set_ghost(self, codes: ArrayLike | None) -> None:
        """Show the codes ``[n, d]`` of another run pale under the samples; None removes them."""
        self.scene.layers.set_ghost(codes)
        self.redraw()

    def set_marked(self, samples: ArrayLike | int | None) -> None:
        """Draw rings around one or more samples of the set; None removes the rings."""
        indices = np.zeros(0, np.int64) if samples is None else np.asarray(samples, np.int64)
        self.cursor_overlay.marked = indices.reshape(-1)
        self._update_overlay(self._overlay_region())

    def set_selection(self, indices: ArrayLike | None) -> None:
        """Highlight the samples ``[k]`` as selected without emitting; None clears the selection."""
        chosen = None if indices is None else np.unique(np.asarray(indices, np.int64))
        points = self.scene.points
        points.colours.set_selection(chosen, points.sprites.count)
        self.redraw()
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
        self.redraw()
        self.overlays.show_legend()

    def set_variances(self, variances: ArrayLike | None) -> None:
        """Set the posterior variances ``[N, d]``, drawn as ellipses; None removes them."""
        self.scene.layers.set_variances(variances)
        self.redraw()

    # Cursor

    def set_preview(self, image: ArrayLike | None) -> None:
        """Show the decoded image ``[H, W]`` or ``[C, H, W]`` beside the cursor; None removes it."""
        self.cursor_overlay.set_preview(image)
        self._update_overlay(self.cursor_overlay.preview_region(self.navigation.view, self._font()))

    def set_words(self, words: str) -> None:
        """Set the description of the place under the cursor for screen readers."""
        self._words = words
        self._saying.stop()
        self._describe()

    def set_drawing_code(self, z: ArrayLike | None, trail: ArrayLike = ()) -> None:
        """Mark the code ``[d]`` of the drawing and its trail ``[M, d]``; None removes the mark."""
        scene = self.scene
        code = None if z is None else np.asarray(z, np.float64).reshape(-1)
        scene.drawing = code if code is not None and code.size == scene.size else None
        way = np.asarray(trail, np.float64)
        fits = scene.drawing is not None and way.ndim == 2 and way.shape[1] == scene.size
        scene.trail = way if fits else np.zeros((0, scene.size))
        self._update_overlay(self.cursor_overlay.drawn_region(self.navigation.view))

    def set_pins(self, pins: Sequence[Pin]) -> None:
        """Set the pins; those whose code has another size are not drawn."""
        self.scene.pins = tuple(pins)
        self.navigation.set_bounds(self.scene.framed, self.scene.first_framed)
        self.redraw()

    def set_style(self, style: MapStyle) -> None:
        """Set the display options."""
        self.scene.set_style(style)
        self._bar.set_style(style)
        self.overlays.show_legend()
        self._show_view()
        self.redraw()
        if not style.plane:
            self._wanted.forget()
        self._update_request()

    def set_empty_text(self, text: str) -> None:
        """Set the text shown while there are no codes."""
        if text == self._empty_text:
            return
        self._empty_text = text
        self._describe()
        if self.scene.codes is None:
            self.update()

    def set_live(self, live: bool) -> None:
        """Set whether the network trains: planes that are soon replaced do not fade."""
        self._is_live = live
        self._stop_parts()
        self.scene.set_live(live)
        self.follow_style()
        self.update()

    def set_axes(self, i: int, j: int) -> None:
        """Show code number ``i`` (from 0) across and ``j`` upwards.

        Raises:
            ValueError: The codes have no such two numbers.
        """
        size = self.scene.size
        if size == 1 or i == j or not (0 <= i < size and 0 <= j < size):
            raise ValueError(f"no axes {i} and {j} in codes of {size}")
        self.scene.axes = (i, j)
        self.scene.spanned, self.scene.pin_directions = False, None
        self.scene.is_random = False
        self._turn()

    def set_spanned(self, spanned: bool) -> None:
        """Show the two principal directions of the codes, or else two of their dimensions."""
        self.scene.spanned = spanned and self.scene.size > 2
        self.scene.pin_directions, self.scene.is_random = None, False
        self._turn()

    def set_through_pins(self, through: bool) -> None:
        """Show the plane through the offered pins, or else two dimensions of the code."""
        self.scene.set_plane_through(self.overlays.axes.offered if through else None)
        self._turn()

    def shuffle(self) -> None:
        """Show the plane through three other random codes."""
        self.scene.shuffle()
        self._turn()

    def begin_plane(self) -> None:
        """Show the initial plane of a map for codes of more than two numbers."""
        scene = self.scene
        if scene.size <= 2:
            return
        if scene.lacks_codes:
            self.shuffle()
        elif scene.pin_directions is not None or not scene.spanned:
            self.set_spanned(True)

    def _turn(self) -> None:
        """Reset cursor, view and projection after a change of the axes."""
        self._set_place(None)
        self._last_place = None
        self._wanted.choose_tiles_anew()
        self.navigation.start_afresh()
        self.overlays.show_code()
        self.scene.turn()
        self.scene.project_codes()
        self.navigation.set_bounds(self.scene.framed, self.scene.first_framed)
        self._update_request()
        self.redraw()

    def set_base(self, base: ArrayLike) -> None:
        """Set the code ``[d]`` that supplies the components not shown on the map.

        It stays fixed even if the codes move, unless it is their mean. Emits ``cursor_moved`` for
        the cursor's place or the last one, else for the code itself.
        """
        scene = self.scene
        scene.base = np.array(base, np.float32).reshape(scene.size)
        codes = scene.codes
        scene.follows_mean = codes is not None and np.array_equal(scene.base, codes.mean)
        self.overlays.show_code()
        self._update_request()
        place = self.cursor_overlay.place or (None if scene.spanned else self._last_place)
        self.cursor_moved.emit(scene.full_code(*place) if place else scene.base.copy())

    def reset_base(self) -> None:
        """Use the mean of the codes, kept up to date, for the components not shown on the map."""
        scene = self.scene
        scene.follows_mean = True
        if scene.codes is not None and scene.size > 2:
            scene.base = scene.codes.mean.copy()
            self.overlays.show_code()

    # State

    @property
    def base(self) -> NDArray[np.float32]:
        """A copy of the code ``[d]`` that supplies the components not shown on the map."""
        return self.scene.base.copy()

    @property
    def request(self) -> PlaneRequest | None:
        """The last request for a decoded plane."""
        return self._wanted.request

    def cursor_code(self) -> NDArray[np.float32] | None:
        """Return the code ``[d]`` under the cursor, or None without a cursor."""
        place = self.cursor_overlay.place
        return None if place is None else self.scene.full_code(*place)

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
        left = 0.0 if self.scene.ribbon else LEFT_PX
        width = max(1.0, self.width() - left - self.overlays.strip_px)
        height = self.height() - BOTTOM_PX
        self.navigation.place(left, 0.0, width, height, 0.0 if self.scene.ribbon else TOP_PX)

    def _show_view(self) -> None:
        """Update scale bar and overview."""
        self.overlays.show_view(self.navigation.view, self.navigation.home)

    def _on_navigation_moved(self) -> None:
        self._show_view()
        self._refresh_hover()
        self._update_request()
        self._show_changes()

    def _on_following_changed(self, following: bool) -> None:
        self.overlays.follow.setVisible(not following)
        self.overlays.place()

    def _on_style_edited(self, style: MapStyle) -> None:
        self.set_style(style)
        self.style_changed.emit(style)

    def _on_mean_requested(self) -> None:
        if self.scene.codes is not None:
            self.set_base(self.scene.codes.mean)

    def _on_zero_requested(self) -> None:
        self.set_base(np.zeros(self.scene.size, np.float32))

    def _on_random_requested(self) -> None:
        codes, drawn = self.scene.codes, np.random.default_rng().normal(size=self.scene.size)
        if codes is not None and not self.scene.has_prior:
            drawn = codes.mean + codes.spread * drawn
        # The cursor's last place would override what was drawn for the two axes.
        self._last_place = None
        self.set_base(drawn)

    def _update_request(self) -> None:
        """Request another plane if the last one no longer covers the view."""
        scene, view = self.scene, self.navigation.view
        if scene.codes is None or not scene.style.plane or not self.isVisible():
            return
        wanted = self._wanted.renewed(view, self.navigation.home, self.cursor_overlay.place)
        if wanted is not None:
            self.view_changed.emit(wanted)

    # Cursor

    def _set_place(self, place: tuple[float, float] | None, *, is_told_next: bool = False) -> None:
        """Move the cursor to ``place`` on the plane and repaint its old and new regions."""
        self.cursor_overlay.place = place
        self._last_place = place or self._last_place
        # The description belongs to the previous place.
        self._words = ""
        self.overlays.show_place(place)
        if not is_told_next:
            # Otherwise the arrow stays until the next one arrives: it would flicker.
            self.cursor_overlay.drift = None
        if place is None:
            self.cursor_overlay.set_preview(None)
        self._set_hovered(self._meant())
        if not is_told_next:
            self._describe()
        elif not self._saying.isActive():
            # A description may follow soon; without one the place is announced after a delay.
            self._saying.start(_SAYING_MS)
        self._update_overlay(self._overlay_region())

    def _set_hovered(self, index: int | None) -> None:
        """Set the sample under the cursor to ``index`` of the set and emit ``hovered``."""
        if index != self.cursor_overlay.hovered:
            self.cursor_overlay.hovered = index
            self.overlays.show_hovered(index)
            self.hovered.emit(-1 if index is None else index)

    def _meant(self) -> int | None:
        view = self.navigation.view
        at = self.cursor_overlay.pixel(view)
        if at is None:
            return None
        self.scene.lay_out(view)
        return self.scene.points.hit(at.x(), at.y())

    def _refresh_hover(self) -> None:
        """Update the hovered sample after samples or view have moved; a full repaint follows."""
        self._set_hovered(self._meant())

    def _tell_cursor(self) -> None:
        code = self.cursor_code()
        if code is not None:
            self.cursor_moved.emit(code)

    def _describe(self) -> None:
        """Update the accessible description of the cursor position."""
        code = self.cursor_code()
        if self.scene.codes is None:
            describe(self, self._empty_text)
        elif code is None:
            describe(
                self, tr("Move the cursor with the mouse or the arrow keys to decode a place.")
            )
        else:
            layers = self.overlays.fields.layer_value_text
            describe(self, ". ".join(filter(None, (self._place_words(code), layers))))

    def _place_words(self, code: NDArray[np.float32]) -> str:
        where = numbers_text(code[:_MAX_SAID].tolist())
        if self._words:
            return tr("Cursor at {where}: {words}", where=where, words=self._words)
        near = self.scene.nearest(code)
        if near is None:
            return tr("Cursor at {where}", where=where)
        label = label_name(self.scene.points.sprites.names[near])
        return tr("Cursor at {where}, nearest {label}", where=where, label=label)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.overlays.place()
        self._update_request()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.overlays.show_code()
        self._place_window()
