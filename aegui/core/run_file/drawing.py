"""The drawing of the pixel editor as saved with a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.i18n import tr
from aegui.core.recipe import CorruptionSpec  # noqa: TC001  # pydantic looks at it

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.pixels.transforms import Pixels

MAX_SIDE = 4_096
MAX_NUMBERS = 1 << 20
MAX_LABEL = 1_000

Level = Annotated[float, Field(ge=0.0, le=1.0)]
Levels = Annotated[list[Level], Field(min_length=1, max_length=MAX_NUMBERS)]


@dataclass(frozen=True, eq=False)
class KeptDrawing:
    """A drawing; arrays are read-only float32 ``[H, W]``, in colour ``[3, H, W]``.

    Attributes:
        pixels: The drawing.
        target: The clean image that a network should return for it; None if unknown.
        before_noise: The drawing before noise was added; None if there is no noise.
        label: Name of the sample that it was loaded from, or "".
        kind: Kind of its pixels.
        ground: The level of an empty drawing.
        noise: Its noise and the seed of it, or None.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32] | None = None
    before_noise: NDArray[np.float32] | None = None
    label: str = ""
    kind: Pixels = "binary"
    ground: float = 0.0
    noise: tuple[CorruptionSpec, int] | None = None


class DrawingDocument(BaseModel):
    """A ``KeptDrawing`` in ``run.json``; its images are rows of levels."""

    model_config = ConfigDict(extra="forbid", strict=True)

    shape: Annotated[
        list[Annotated[int, Field(ge=1, le=MAX_SIDE)]], Field(min_length=2, max_length=3)
    ]
    kind: Literal["binary", "grey", "colour"]
    ground: Level
    label: Annotated[str, Field(max_length=MAX_LABEL)] = ""
    pixels: Levels
    target: Levels | None = None
    before_noise: Levels | None = None
    noise: CorruptionSpec | None = None
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _sound(self) -> DrawingDocument:
        channels = self.shape[:-2]
        if channels != ([3] if self.kind == "colour" else []):
            raise ValueError(tr("the drawing has not the channels of its kind"))
        numbers = int(np.prod(self.shape, dtype=np.int64))
        for levels in (self.pixels, self.target, self.before_noise):
            if levels is not None and len(levels) != numbers:
                raise ValueError(tr("the drawing has not the pixels of its shape"))
        return self


def to_document(drawing: KeptDrawing) -> DrawingDocument | None:
    """Return the document to write; None for a drawing too large for a file."""
    images = (drawing.pixels, drawing.target, drawing.before_noise)
    shape = list(drawing.pixels.shape)
    if drawing.pixels.size > MAX_NUMBERS or max(shape) > MAX_SIDE:
        return None
    pixels, target, before = (
        None if image is None else image.astype(np.float64).reshape(-1).tolist() for image in images
    )
    spec, seed = drawing.noise or (None, 0)
    return DrawingDocument(
        shape=shape,
        kind=drawing.kind,
        ground=drawing.ground,
        label=drawing.label[:MAX_LABEL],
        pixels=pixels or [],
        target=target,
        before_noise=before,
        noise=spec,
        seed=seed,
    )


def from_document(document: DrawingDocument | None) -> KeptDrawing | None:
    """Return the drawing read."""
    if document is None:
        return None
    pixels, target, before = (
        None if levels is None else _image(levels, document.shape)
        for levels in (document.pixels, document.target, document.before_noise)
    )
    assert pixels is not None
    noise = None if document.noise is None else (document.noise, document.seed)
    return KeptDrawing(
        pixels, target, before, document.label, document.kind, document.ground, noise
    )


def _image(levels: list[float], shape: list[int]) -> NDArray[np.float32]:
    image = np.array(levels, np.float32).reshape(shape)
    image.setflags(write=False)
    return image
