"""What the map is told and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.i18n import mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.latent.frame import Frame
    from aegui.widgets.map.viewport import Bounds

POINTS = {
    "auto": mark("Automatic"),
    "glyphs": mark("Images"),
    "dots": mark("Dots"),
}
"""How samples may be drawn: key -> label."""


@dataclass(frozen=True)
class MapStyle:
    """What the map shows.

    Attributes:
        points: A key of ``POINTS``; ``auto`` draws glyphs where there is room for them.
        labels: Whether dots carry their labels where there is room for them.
        plane: Whether the decoded plane is drawn behind.
        grid: Whether grid lines are drawn.
        preview: Whether the decoded image is drawn beside the cursor.
        legend: Whether the colours of the classes are explained.
        prior: Whether the prior of a variational code is drawn: its middle and unit circle.
        vivid: Whether the decoded background is drawn in full strength.
    """

    points: str = "auto"
    labels: bool = True
    plane: bool = True
    grid: bool = True
    preview: bool = True
    legend: bool = True
    prior: bool = True
    vivid: bool = False


@dataclass(frozen=True, eq=False)
class Pin:
    """A place that a person wants to find again.

    Attributes:
        z: The place, ``[d]``.
        name: What it is called; may be empty.
    """

    z: NDArray[np.float32]
    name: str = ""


@dataclass(frozen=True)
class ViewRequest:
    """The decoded plane that the map would like to have, in the words of the plane service.

    Attributes:
        rect: The rectangle to fill with tiles: more than is seen, so that there is room to pan.
        width_px: Pixels across the map.
        height_px: Pixels down the map.
        columns: Tiles across ``rect``.
        rows: Tiles down ``rect``.
        frame: What x and y stand for.
    """

    rect: Bounds
    width_px: int
    height_px: int
    columns: int
    rows: int
    frame: Frame
