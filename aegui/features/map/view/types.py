"""Values that the map is given and emits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aegui.core.choices import Choice, OneOf, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

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
    """Display options of the map."""

    points: Annotated[str, OneOf(POINTS)] = "auto"
    """A key of ``POINTS``; ``auto`` draws glyphs where there is room for them."""
    labels: bool = True
    """Whether dots have labels where there is room for them."""
    plane: bool = True
    """Whether the decoded plane is drawn behind the samples."""
    grid: bool = True
    """Whether grid lines are drawn."""
    preview: bool = True
    """Whether the decoded image is drawn beside the cursor."""
    legend: bool = True
    """Whether the legend of the classes is shown."""
    prior: bool = True
    """Whether the prior of a variational code is drawn: its mean, one and two standard deviations.
    """
    vivid: bool = True
    """Whether the decoded background is drawn at full strength."""
    colour: Annotated[str, OneOf(COLOURS)] = "label"
    """A key of ``COLOURS``; samples without known values are coloured as by ``label``."""
    ellipses: bool = True
    """Whether the spread of each sample's posterior is drawn, where it is known."""
    minimap: bool = True
    """Whether an overview is shown while only a part of the map is visible."""
    scale: bool = True
    """Whether the scale bar is shown."""
    sharp: bool = True
    """Whether, in the cursor panel, the sample is blended over a decoded copy of it."""


@dataclass(frozen=True, eq=False)
class Pin:
    """A place bookmarked by the user."""

    z: NDArray[np.float32]
    """The code, ``[d]``."""
    name: str = ""
    """Its name; may be empty."""
    is_former: bool = False
    """Whether it was pinned on the map of a previous network."""


@dataclass(frozen=True)
class RegionName:
    """The label of a region."""

    text: str
    """The name."""
    x: float
    """Position of the label."""
    y: float
    """Likewise."""
    half_width: float
    """Distance from there to other regions along x, in latent units."""
    half_height: float
    """Likewise along y."""


@dataclass(frozen=True, eq=False)
class FieldPicture:
    """A layer painted between the decoded plane and the samples."""

    image: NDArray[np.uint8]
    """Straight (not premultiplied) RGBA, uint8 ``[rows, columns, 4]``; row 0 lies at y0 (the
    bottom, since y grows upwards)."""
    rect: Bounds
    """The rectangle that it fills: x0, y0, x1, y1."""
    frame: Frame
    """Maps x and y to codes; on a map of other axes the layer is not drawn."""
    smooth: bool = True
    """Whether colours are interpolated between cells; False for classes."""
    lines: tuple[NDArray[np.float64], ...] = ()
    """Lines over it, such as contours and ellipses: points ``[k, 2]`` each."""
    names: tuple[RegionName, ...] = ()
    """Labels of its regions, drawn where there is room."""
