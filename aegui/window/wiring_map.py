"""Joins the latent map with the network that is shown: codes, cursor, background, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from aegui.core.i18n import tr
from aegui.session.answers import labelled, nearest_samples, sample_images
from aegui.widgets.map.types import MapStyle, Pin
from aegui.window.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDockWidget

    from aegui.session.decode_service import Decoded
    from aegui.session.plane_service import Plane
    from aegui.widgets.map.types import ViewRequest
    from aegui.window.panels import Panels
    from aegui.window.services import Services

_STYLE = "map."
_FOLLOWING_MS = 100
"""The cursor's panel while the network learns; moves of the mouse are shown at once."""


class MapWiring(QObject):
    """The map follows the network; the cursor's image follows the mouse."""

    def __init__(
        self,
        services: Services,
        panels: Panels,
        docks: Mapping[str, QDockWidget],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._panels = panels
        self._decoded: Decoded | None = None
        self._plane: Plane | None = None
        self._follows = False
        self._cursor = Refresher(self._show_decoded, _FOLLOWING_MS, docks["cursor"], self)
        self._connect()
        self._restore_style()
        self._show_samples()
        self._show_network()
        self._show_pins()
        self._begin_cursor()

    @property
    def handlers(self) -> dict[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {"fit_map": self._panels.canvas.fit}

    def _connect(self) -> None:
        services, canvas = self._services, self._panels.canvas
        canvas.cursor_moved.connect(self._on_canvas_cursor_moved)
        canvas.cursor_left.connect(self._on_canvas_cursor_left)
        canvas.view_changed.connect(self._on_canvas_view_changed)
        canvas.pin_requested.connect(self._on_canvas_pin_requested)
        canvas.pin_removed.connect(self._on_canvas_pin_removed)
        canvas.style_changed.connect(self._on_canvas_style_changed)
        services.decode.decoded.connect(self._on_decode_decoded)
        services.plane.decoded.connect(self._on_plane_decoded)
        services.runner.paused.connect(self._show_plane)
        services.showing.dataset_changed.connect(self._show_samples)
        services.showing.network_changed.connect(self._show_network)
        services.showing.replaced.connect(self._on_showing_replaced)
        services.workspace.places_changed.connect(self._show_pins)

    # The network

    @Slot()
    def _show_samples(self) -> None:
        dataset = self._services.showing.dataset
        images = sample_images(dataset)
        self._panels.canvas.set_samples(dataset.labels, images)
        self._panels.cursor.set_samples(dataset.labels, images)

    @Slot()
    def _show_network(self) -> None:
        showing, canvas = self._services.showing, self._panels.canvas
        codec = showing.codec
        if codec is None:
            canvas.set_empty_text(tr("Press Train to see the codes."))
        else:
            canvas.set_empty_text(tr("The images of this set do not fit the network."))
        self._show_plane()
        canvas.set_codes(showing.codes)
        _, height, width = showing.dataset.image_shape
        self._services.plane.set_codec(codec, (height, width))
        self._follows = True
        self._services.decode.set_codec(codec)
        self._follows = False

    @Slot()
    def _on_showing_replaced(self) -> None:
        self._panels.canvas.fit()
        self._begin_cursor()

    # The cursor

    def _begin_cursor(self) -> None:
        """Decode something before the mouse has ever been over the map: the middle sample."""
        codes = self._services.showing.codes
        if codes is None:
            self._decoded = None
            self._services.decode.forget()
            self._panels.cursor.set_empty(tr("Train a network, then move over the map."))
            return
        if self._panels.canvas.cursor_code() is None:
            centre = codes.mean(axis=0)
            nearest = int(((codes - centre) ** 2).sum(axis=1).argmin())
            self._services.decode.request(codes[nearest])

    @Slot(object)
    def _on_canvas_cursor_moved(self, z: NDArray[np.float32]) -> None:
        self._services.decode.request(z, "mouse")

    @Slot()
    def _on_canvas_cursor_left(self) -> None:
        # The panel keeps the last place, and goes on showing what becomes of it.
        self._panels.canvas.set_preview(None)

    @Slot(object)
    def _on_decode_decoded(self, decoded: Decoded) -> None:
        self._decoded = decoded
        if self._panels.canvas.cursor_code() is not None:
            self._panels.canvas.set_preview(self._image(decoded))
        self._cursor.mark()
        if not self._follows:
            self._cursor.flush()

    def _image(self, decoded: Decoded) -> NDArray[np.float32]:
        channels, height, width = self._services.showing.dataset.image_shape
        image = decoded.image.reshape(channels, height, width)
        grey: NDArray[np.float32] = image[0] if channels == 1 else image.mean(axis=0)
        return grey

    def _show_decoded(self) -> None:
        decoded, dataset = self._decoded, self._services.showing.dataset
        if decoded is None or decoded.image.size != dataset.pixels:
            return
        near = nearest_samples(decoded.image, dataset)
        self._panels.cursor.set_decoded(
            self._image(decoded),
            decoded.z,
            labelled(dataset, near),
            decoded.epoch,
            [index for index, _ in near],
        )

    # The background

    @Slot(object)
    def _on_canvas_view_changed(self, request: ViewRequest) -> None:
        self._services.plane.request(
            request.rect, request.columns, request.rows, request.axes, request.base
        )

    @Slot(object)
    def _on_plane_decoded(self, plane: Plane) -> None:
        # While codes move the map is painted anew many times a second: then with the plane as well.
        if self._services.runner.state == "running":
            self._plane = plane
        else:
            self._panels.canvas.set_plane(plane)

    @Slot()
    def _show_plane(self) -> None:
        if self._plane is not None:
            plane, self._plane = self._plane, None
            self._panels.canvas.set_plane(plane)

    # Pins and style

    @Slot(object)
    def _on_canvas_pin_requested(self, z: NDArray[np.float32]) -> None:
        self._services.workspace.pin(z)

    @Slot(int)
    def _on_canvas_pin_removed(self, index: int) -> None:
        self._services.workspace.unpin(index)

    @Slot()
    @Slot(object)
    def _show_pins(self, _places: object = None) -> None:
        places = self._services.workspace.places
        self._panels.canvas.set_pins(
            tuple(Pin(np.array(place.z, np.float32), place.name) for place in places)
        )

    def _restore_style(self) -> None:
        values = self._services.settings.values
        chosen = {
            name: values[f"{_STYLE}{name}"]
            for name in vars(MapStyle())
            if f"{_STYLE}{name}" in values
        }
        try:
            self._panels.canvas.set_style(MapStyle(**chosen))  # type: ignore[arg-type]
        except (TypeError, ValueError, KeyError):
            self._panels.canvas.set_style(MapStyle())

    @Slot(object)
    def _on_canvas_style_changed(self, style: MapStyle) -> None:
        self._panels.canvas.set_style(style)
        if not style.plane:
            self._services.plane.forget()
        settings = self._services.settings
        settings.values = {
            **settings.values,
            **{f"{_STYLE}{name}": value for name, value in vars(style).items()},
        }
