"""Which decoded plane is to be asked for as the map moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.map.view.lattice import Lattice, covers, plane_request, wanted_lattice

if TYPE_CHECKING:
    from aegui.features.map.view.scene import Scene
    from aegui.features.map.view.types import ViewRequest
    from aegui.widgets.viewport import Viewport


class WantedPlane:
    """Knows what was asked for last, and when it no longer serves."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lattice: Lattice | None = None
        self.request: ViewRequest | None = None
        """What was last asked for."""

    def choose_tiles_anew(self) -> None:
        """Images or axes are other ones: tiles need not stay as large as they are."""
        self._lattice = None

    def forget(self) -> None:
        """Whoever decodes may forget it meanwhile: the same is asked for again."""
        self.request = None

    def renewed(
        self, view: Viewport, home: Viewport, near: tuple[float, float] | None
    ) -> ViewRequest | None:
        """What to ask for where ``view`` is seen; None while that of last time serves.

        Args:
            view: What is seen.
            home: What shows all of the map.
            near: The place to decode first.
        """
        scene, known = self._scene, self.request
        ribbon, sprites, frame = scene.ribbon, scene.points.sprites, scene.frame
        lattice = wanted_lattice(
            view,
            home,
            self._lattice,
            sprites.image_shape,
            glyphs=sprites.look.glyphs,
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
