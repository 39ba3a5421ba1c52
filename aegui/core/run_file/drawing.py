"""The drawing of the pixel editor as saved with a run."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.i18n import tr
from aegui.core.pixels.drawing_state import DrawingPaper, DrawingState, frozen
from aegui.core.recipe import CorruptionSpec  # noqa: TC001  # pydantic looks at it

MAX_SIDE = 4_096
MAX_NUMBERS = 1 << 20
MAX_LABEL = 1_000

Level = Annotated[float, Field(ge=0.0, le=1.0)]
Levels = Annotated[list[Level], Field(min_length=1, max_length=MAX_NUMBERS)]


class DrawingDocument(BaseModel):
    """A ``DrawingState`` in ``run.json``; its images are rows of levels."""

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


def to_document(drawing: DrawingState) -> DrawingDocument | None:
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
        kind=drawing.paper.kind,
        ground=drawing.paper.ground,
        label=drawing.label[:MAX_LABEL],
        pixels=pixels or [],
        target=target,
        before_noise=before,
        noise=spec,
        seed=seed,
    )


def from_document(document: DrawingDocument | None) -> DrawingState | None:
    """Return the drawing read."""
    if document is None:
        return None
    pixels, target, before = (
        None if levels is None else frozen(np.reshape(levels, document.shape))
        for levels in (document.pixels, document.target, document.before_noise)
    )
    assert pixels is not None
    return DrawingState(
        pixels,
        target,
        document.label,
        before,
        paper=DrawingPaper(document.kind, document.ground),
        noise=None if document.noise is None else (document.noise, document.seed),
    )
