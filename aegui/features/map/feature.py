"""Connects the latent map to the displayed network: codes, cursor, background and pins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Slot

from aegui.core.i18n import mark, tr
from aegui.core.latent.decoder_fit import decoder_problem
from aegui.core.latent.novelty import copy_share
from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.model.plane_service import PlaneService
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.map.view.types import MapStyle, Pin
from aegui.session.map.decode_service import DecodeService
from aegui.session.pixels.answers import one_image
from aegui.session.shown import GETTING_READY, REST, SUBJECT
from aegui.shell.feature import Feature
from aegui.shell.reach import Reach
from aegui.shell.refresher import LIVE_TEXT_MS, POINTING_MS, Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.features.map.model.insight_service import PlaceInsight
    from aegui.features.map.model.plane_tiles import Plane
    from aegui.session.map.decode_service import Decoded
    from aegui.session.pixels.answers import Nearest
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_STYLE = "map."
_UNTRAINED = mark("Train a network, then move over the map.")
_MISFIT = mark("The images of this set do not fit the network.")
_AFTER_MS = 16
"""Delay of the cursor panel after the preview at the pointer: at most one frame."""


class MapFeature(Feature):
    """Keeps the map in step with the network, and the cursor panel in step with the mouse."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._decoding = services.of(DecodeService)
        self._decoded: Decoded | None = None
        self._plane: Plane | None = None
        self._begins = False
        self._follows = False
        self._canvas = window.canvas
        self._panel = window.panel(CursorPanel)
        self._reach = Reach(services, window, self)
        self._to_draw: NDArray[np.float32] | None = None
        self._former: frozenset[tuple[float, ...]] = frozenset()
        self._cursor = Refresher(self._show_decoded, LIVE_TEXT_MS, window.docks["cursor"], self)
        self._near = Refresher(self._find_nearest, parent=self)
        self._connect()
        self._canvas.set_style(services.settings.form(_STYLE, MapStyle()))
        self._show_samples()
        self._show_network()
        self._show_codes()
        self._show_pins()
        self._resume_cursor()

    def _connect(self) -> None:
        services, canvas = self._services, self._canvas
        canvas.cursor_moved.connect(self._on_canvas_cursor_moved)
        canvas.cursor_left.connect(self._on_canvas_cursor_left)
        canvas.view_changed.connect(services.of(PlaneService).request)
        canvas.pin_requested.connect(self._services.workspace.annotations.pin)
        canvas.pin_removed.connect(self._services.workspace.annotations.unpin)
        canvas.draw_requested.connect(self._on_canvas_draw_requested)
        canvas.editor_requested.connect(self._on_canvas_editor_requested)
        canvas.style_changed.connect(self._on_canvas_style_changed)
        canvas.sample_activated.connect(self._on_canvas_sample_activated)
        self._panel.nearest.sample_activated.connect(services.requests.sample)
        follow = partial(services.requests.number.emit, "cursor")
        self._panel.pictures.pixel_activated.connect(follow)
        self._decoding.decoded.connect(self._on_decode_decoded)
        services.of(PlaneService).decoded.connect(self._on_plane_decoded)
        services.of(InsightService).insights.answered.connect(self._on_insight_answered)
        services.latest("aegui-nearest", urgent=False).answered.connect(self._on_nearest_answered)
        services.workspace.annotations.pins_changed.connect(self._show_pins)
        services.workspace.document_changed.connect(self._on_workspace_document_changed)
        services.runner.started.connect(self._on_runner_started)
        self.while_visible("cursor", self._on_dock_visibility_changed)

    def fit(self) -> None:
        """Zoom the map so that all codes are visible."""
        self._canvas.fit()

    def save_map(self) -> None:
        """Open the export dialog for the current view of the map."""
        self._canvas.figures.bring("png")

    def go_to(self, code: NDArray[np.float32]) -> None:
        """Move the cursor to ``code`` ``[d]`` and decode it."""
        self._reach.go_to(code)

    # Network

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the map for the fields in ``changed``."""
        if "training" in changed:
            # Its codes lie elsewhere: what the previous one decoded would be shown at their places.
            self._plane = None
            self._services.of(PlaneService).drop()
            self._canvas.set_plane(None)
            self._canvas.selecting.forget_region()
        if "dataset" in changed:
            self._show_samples()
        if changed & SUBJECT:
            self._show_network()
        if changed & (SUBJECT | {"is_live"}):
            self._say_why_empty()
        if "codes" in changed:
            self._show_codes()
        if REST in changed:
            self._services.of(PlaneService).settle()
        if "network" in changed:
            if shown.codec is None:
                self._canvas.forget_network()
            self._canvas.fit()
            self._begin_cursor()

    def _show_samples(self) -> None:
        shown, canvas = self._services.shown, self._canvas
        dataset, image_style = shown.dataset, shown.image_style
        names = dataset.labels if image_style.glyphs else dataset.names
        canvas.set_samples(dataset.labels, dataset.images, image_style, names)
        if len(dataset.classes) < len(dataset):
            canvas.set_classes(dataset.classes, dataset.class_indices)
        self._picture_shape = dataset.picture_shape
        self._panel.set_samples(names, dataset.images, image_style)
        if self._decoded is not None and self._decoded.image.size != dataset.pixels:
            # Decoding may have to wait for torch; never show an image of the previous data set.
            self._forget_decoded()
            self._say_why_empty()

    def _show_network(self) -> None:
        shown, canvas = self._services.shown, self._canvas
        codec = shown.fitting
        self._show_plane()
        canvas.set_prior(shown.has_prior)
        canvas.surface.set_live(shown.is_learning)
        self._services.of(PlaneService).set_codec(codec, shown.image_style, live=shown.is_learning)
        self._panel.set_problem("" if codec is None else decoder_problem(shown.recipe, codec))
        self._follows = shown.is_learning
        self._decoding.set_codec(codec)
        self._follows = False

    def _say_why_empty(self) -> None:
        """Set the placeholder texts of the map and the cursor panel while there are no codes."""
        shown = self._services.shown
        on_map, beside = mark("Press Train to see the codes."), _UNTRAINED
        if shown.fitting is not None:
            on_map, beside = mark("The samples are being encoded..."), mark("One moment…")
        elif shown.codec is not None:
            on_map = beside = _MISFIT
        elif shown.is_live:
            on_map = beside = GETTING_READY
        self._canvas.set_empty_text(tr(on_map))
        if self._decoded is None:
            self._panel.set_empty(tr(beside))

    def _show_codes(self) -> None:
        self._canvas.show_codes(self._services.shown.codes)
        if self._begins and self._services.shown.codes is not None:
            self._begin_cursor()

    # Cursor

    def _resume_cursor(self) -> None:
        """Decode the place that the window before this one has shown; without one, begin."""
        newest, codes = self._decoding.newest, self._services.shown.codes
        if newest is not None and codes is not None and newest.z.size == codes.size:
            self._decoding.request(newest.z)
        else:
            self._begin_cursor()

    def _begin_cursor(self) -> None:
        """Decode the cursor position; initially the sample whose code is nearest to the mean."""
        shown = self._services.shown
        codes = shown.codes
        self._begins = codes is None
        if codes is None:
            self._forget_decoded()
            self._decoding.forget()
            self._say_why_empty()
            return
        code = self._canvas.map_cursor.code()
        if code is None:
            # Without samples, fall back to the centre of the displayed plane.
            code = codes.mean if codes.size <= 2 else self._canvas.base
            if len(codes.values):
                middle = codes.mean
                code = codes.values[((codes.values - middle) ** 2).sum(axis=1).argmin()]
        self._decoding.request(code)

    def _forget_decoded(self) -> None:
        self._decoded = None
        self._canvas.map_cursor.rest_at(None)

    @Slot(object)
    def _on_canvas_cursor_moved(self, z: NDArray[np.float32]) -> None:
        self._to_draw = None
        self._decoding.request(z, "mouse")

    @Slot()
    def _on_canvas_cursor_left(self) -> None:
        # The panel keeps the last position and continues to update its image.
        self._canvas.set_preview(None)

    @Slot(bool)
    def _on_dock_visibility_changed(self, is_visible: bool) -> None:
        """Mark the place that the panel shows while it shows one; decoding goes on without it."""
        if not is_visible:
            self._canvas.map_cursor.rest_at(None)
        elif self._decoded is not None:
            self._cursor.mark()

    @Slot(object)
    def _on_decode_decoded(self, decoded: Decoded) -> None:
        self._decoded = decoded
        if self._canvas.map_cursor.code() is not None:
            self._canvas.set_preview(decoded.image.reshape(self._picture_shape))
        if self._follows:
            self._cursor.mark()
        else:
            self._cursor.mark_behind(_AFTER_MS)
        self._draw_decoded()

    @Slot(object)
    def _on_canvas_draw_requested(self, z: NDArray[np.float32]) -> None:
        self._to_draw = z
        if self._decoded is None or not np.array_equal(self._decoded.z, z):
            self._decoding.request(z, "mouse")
        self._draw_decoded()

    def _draw_decoded(self) -> None:
        """Open the decoded image in the editor if its code is the one requested for drawing."""
        decoded, requested = self._decoded, self._to_draw
        if decoded is None or requested is None or not np.array_equal(decoded.z, requested):
            return
        self._to_draw = None
        dataset = self._services.shown.dataset
        if decoded.image.size == dataset.pixels:
            self._reach.draw(decoded.image.reshape(dataset.image_shape))

    @Slot(int)
    def _on_canvas_sample_activated(self, index: int) -> None:
        self._services.requests.sample.emit(index)
        docks = self._window.docks
        if self._window.is_wandering and docks["draw"].isHidden() and docks["answer"].isHidden():
            # Where the map fills the window, no panel shows the effect of the click: open one.
            docks["answer"].show()
            column = [docks["cursor"], docks["answer"]]
            self._window.resizeDocks(column, [1, 1], Qt.Orientation.Vertical)

    @Slot()
    def _on_canvas_editor_requested(self) -> None:
        self.show_dock("draw")

    def _show_decoded(self) -> None:
        decoded, shown = self._decoded, self._services.shown
        if decoded is None or decoded.image.size != shown.dataset.pixels:
            return
        image = decoded.image.reshape(self._picture_shape)
        self._panel.set_decoded(image, decoded.z, decoded.epoch)
        self._canvas.map_cursor.rest_at(decoded.z)
        if shown.is_learning:
            return  # The nearest samples follow with the measurements of the place.
        self._near.mark_behind(POINTING_MS)
        if not shown.image_style.glyphs:
            # The nearest sample may be blended into the image: update both in the same frame.
            self._near.flush()

    def _find_nearest(self) -> None:
        if self._decoded is not None:
            self._ask_nearest(self._decoded.image)

    @Slot(object)
    def _on_insight_answered(self, insight: PlaceInsight) -> None:
        if self._services.shown.is_learning:
            # Words and nearest samples are those of the same weights.
            self._ask_nearest(insight.insight.image)

    def _ask_nearest(self, image: NDArray[np.float32]) -> None:
        shown = self._services.shown
        if image.size != shown.dataset.pixels:
            return
        nearest = shown.nearest
        self._services.latest("aegui-nearest").ask(
            lambda: (nearest, nearest.find(image)),
            nearest,
            quick=nearest.is_quick,
            gentle=shown.is_learning,
        )

    @Slot(object)
    def _on_nearest_answered(self, answer: tuple[Nearest, tuple[tuple[int, float], ...]]) -> None:
        nearest, found = answer
        if nearest is self._services.shown.nearest:
            indices = [index for index, _ in found]
            self._show_sample(found)
            self._panel.set_nearest(nearest.named(found), indices)

    def _show_sample(self, found: tuple[tuple[int, float], ...]) -> None:
        """Blend in the nearest sample where the image copies it; glyphs need no sharpening."""
        shown = self._services.shown
        is_checked = self._canvas.scene.style.sharp and not shown.image_style.glyphs
        share = copy_share(found[0][1], found[1][1]) if is_checked and len(found) > 1 else 0.0
        if share > 0.0 and not shown.is_learning:
            image = shown.dataset.images[found[0][0]].reshape(-1)
            self._panel.set_sample(found[0][0], one_image(image, shown.dataset), share)

    # Background

    @Slot(object)
    def _on_plane_decoded(self, plane: Plane) -> None:
        # During training the map repaints often: hand the plane over with the next repaint.
        if self._services.shown.is_learning:
            self._plane = plane
        else:
            self._canvas.set_plane(plane)

    def _show_plane(self) -> None:
        if self._plane is not None:
            plane, self._plane = self._plane, None
            self._canvas.set_plane(plane)

    # Pins and style

    @Slot()
    @Slot(object)
    def _show_pins(self, _places: object = None) -> None:
        pins = self._services.workspace.annotations.pins
        self._canvas.set_pins(
            tuple(Pin(np.array(pin.z, np.float32), pin.name, pin.z in self._former) for pin in pins)
        )

    @Slot()
    def _on_runner_started(self) -> None:
        if self._services.runner.is_continuation:
            return  # training of the same network continues
        pins = self._services.workspace.annotations.pins
        self._former = frozenset(pin.z for pin in pins)
        self._show_pins()

    @Slot()
    def _on_workspace_document_changed(self) -> None:
        self._former = frozenset()
        self._show_pins()

    @Slot(object)
    def _on_canvas_style_changed(self, style: MapStyle) -> None:
        self._show_decoded()
        if not style.plane:
            self._services.of(PlaneService).forget()
        self._services.settings.keep_form(_STYLE, style)
