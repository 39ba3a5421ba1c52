"""Decides which decoded plane to request as the map moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.map.view.lattice import Lattice, covers, next_lattice, plane_request

if TYPE_CHECKING:
    from aegui.features.map.model.plane_tiles import PlaneRequest
    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Viewport


class PlaneScheduler:
    """Remembers the last requested plane and whether it still covers the view."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lattice: Lattice | None = None
        self.request: PlaneRequest | None = None
        """The last request."""

    def choose_tiles_anew(self) -> None:
        """Choose the tile size anew, after a change of images or axes."""
        self._lattice = None

    def forget(self) -> None:
        """Discard the last request, so that the same plane is requested again."""
        self.request = None

    def renewed(
        self, view: Viewport, home: Viewport, near: tuple[float, float] | None
    ) -> PlaneRequest | None:
        """Return the request for ``view``; None while the last one still covers it.

        Args:
            view: The viewport.
            home: The viewport that shows the whole map.
            near: The place to decode first.
        """
        scene, known = self._scene, self.request
        ribbon, frame = scene.projection.ribbon, scene.projection.frame
        sprites = scene.points.sprites
        lattice = next_lattice(
            view,
            home,
            self._lattice,
            sprites.image_shape,
            glyphs=sprites.image_style.glyphs,
            ribbon=ribbon,
        )
        if (
            known is not None
            and lattice == self._lattice
            and known.frame == frame
            and covers(known.rect, view.bounds, ribbon=ribbon)
        ):
            return None
        self._lattice = lattice
        self.request = plane_request(view, lattice, frame, ribbon=ribbon, near=near)
        return self.request
