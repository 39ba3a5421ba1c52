"""What the map is told and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from aegui.core.choices import Choice, OneOf, table
from aegui.core.i18n import mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.latent.frame import Frame
    from aegui.widgets.viewport import Bounds

POINTS = table(
    Choice("auto", mark("Automatic"), ""),
    Choice("glyphs", mark("Images"), ""),
    Choice("dots", mark("Dots"), ""),
)
"""How samples may be drawn."""
COLOURS = table(
    Choice("label", mark("Class"), ""),
    Choice("error", mark("Reconstruction error"), ""),
    Choice("novelty", mark("Novelty of the reconstruction"), ""),
)
"""What the colours of samples may tell."""


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
        colour: A key of ``COLOURS``; samples whose numbers are not known are as by ``label``.
        minimap: Whether the whole map is seen small while only a part of it is shown.
        scale: Whether a bar tells how long a latent unit is.
        sharp: Whether a sample fades in beside the map where what is decoded is a copy of it.
        ellipses: Whether the spread of each sample's posterior is drawn, where it is known.
    """

    points: Annotated[str, OneOf(POINTS)] = "auto"
    labels: bool = True
    plane: bool = True
    grid: bool = True
    preview: bool = True
    legend: bool = True
    prior: bool = True
    vivid: bool = True
    colour: Annotated[str, OneOf(COLOURS)] = "label"
    ellipses: bool = True
    minimap: bool = True
    scale: bool = True
    sharp: bool = True


@dataclass(frozen=True, eq=False)
class Pin:
    """A place that a person wants to find again.

    Attributes:
        z: The place, ``[d]``.
        name: What it is called; may be empty.
        is_former: Whether it was pinned on the map of a network before the present one.
    """

    z: NDArray[np.float32]
    name: str = ""
    is_former: bool = False


@dataclass(frozen=True)
class RegionName:
    """What a region is called.

    Attributes:
        text: The name.
        x: Where it stands.
        y: Likewise.
        room_x: How far it is from there to other regions along x, in latent units.
        room_y: The same along y.
    """

    text: str
    x: float
    y: float
    room_x: float
    room_y: float


@dataclass(frozen=True, eq=False)
class FieldPicture:
    """A layer that lies under the samples and over the decoded plane.

    Attributes:
        image: Colours, straight (not premultiplied) RGBA, uint8 ``[rows, columns, 4]``; row 0 lies
            at y0 (below, since y grows upwards).
        rect: The rectangle that it fills: x0, y0, x1, y1.
        frame: What x and y stand for; on a map of other axes it is not drawn.
        smooth: Whether colours between the cells are mixed; False for classes.
        lines: Lines over it, such as contours and ellipses: places ``[k, 2]`` each.
        names: What its regions are called, to be written where there is room.
    """

    image: NDArray[np.uint8]
    rect: Bounds
    frame: Frame
    smooth: bool = True
    lines: tuple[NDArray[np.float64], ...] = ()
    names: tuple[RegionName, ...] = ()


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
        near: The place whose tiles are wanted first: the cursor's; None: the middle.
    """

    rect: Bounds
    width_px: int
    height_px: int
    columns: int
    rows: int
    frame: Frame
    near: tuple[float, float] | None = None
