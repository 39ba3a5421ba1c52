"""Values that the map is given and emits."""

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
"""Ways to draw samples."""
COLOURS = table(
    Choice("label", mark("Class"), ""),
    Choice("error", mark("Reconstruction error"), ""),
    Choice("novelty", mark("Novelty of the reconstruction"), ""),
)
"""What the colours of samples represent."""


@dataclass(frozen=True)
class MapStyle:
    """Display options of the map.

    Attributes:
        points: A key of ``POINTS``; ``auto`` draws glyphs where there is room for them.
        labels: Whether dots have labels where there is room for them.
        plane: Whether the decoded plane is drawn behind the samples.
        grid: Whether grid lines are drawn.
        preview: Whether the decoded image is drawn beside the cursor.
        legend: Whether the legend of the classes is shown.
        prior: Whether the prior of a variational code is drawn: its mean, one and two standard
            deviations.
        vivid: Whether the decoded background is drawn at full strength.
        colour: A key of ``COLOURS``; samples without known values are coloured as by ``label``.
        minimap: Whether an overview is shown while only a part of the map is visible.
        scale: Whether the scale bar is shown.
        sharp: Whether, in the cursor panel, the sample is blended over a decoded copy of it.
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
    """A place bookmarked by the user.

    Attributes:
        z: The code, ``[d]``.
        name: Its name; may be empty.
        is_former: Whether it was pinned on the map of a previous network.
    """

    z: NDArray[np.float32]
    name: str = ""
    is_former: bool = False


@dataclass(frozen=True)
class RegionName:
    """The label of a region.

    Attributes:
        text: The name.
        x: Position of the label.
        y: Likewise.
        half_width: Distance from there to other regions along x, in latent units.
        half_height: Likewise along y.
    """

    text: str
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True, eq=False)
class FieldPicture:
    """A layer painted between the decoded plane and the samples.

    Attributes:
        image: Straight (not premultiplied) RGBA, uint8 ``[rows, columns, 4]``; row 0 lies at y0
            (the bottom, since y grows upwards).
        rect: The rectangle that it fills: x0, y0, x1, y1.
        frame: Maps x and y to codes; on a map of other axes the layer is not drawn.
        smooth: Whether colours are interpolated between cells; False for classes.
        lines: Lines over it, such as contours and ellipses: points ``[k, 2]`` each.
        names: Labels of its regions, drawn where there is room.
    """

    image: NDArray[np.uint8]
    rect: Bounds
    frame: Frame
    smooth: bool = True
    lines: tuple[NDArray[np.float64], ...] = ()
    names: tuple[RegionName, ...] = ()
