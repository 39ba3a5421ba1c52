"""``run.json`` of a saved run: everything except recipe and arrays."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from aegui.core.latent.concepts import Code, Concept, Name  # noqa: TC001  # pydantic looks
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.parts import no_truth
from aegui.core.run_file.challenge import ChallengeDocument  # noqa: TC001  # pydantic looks
from aegui.core.run_file.data import DataDocument  # noqa: TC001  # pydantic looks at it
from aegui.core.run_file.drawing import DrawingDocument  # noqa: TC001  # pydantic looks
from aegui.core.run_file.stages import StageDocument  # noqa: TC001  # so it does
from aegui.core.training.record.stages import MAX_STAGES

VERSION: Literal[2] = 2
"""Version 1 had no stages, and its ``best_loss`` was the lowest loss of any epoch."""
MAX_PINS = 10_000
MAX_CONCEPTS = 1_000
MAX_TERMS = 100


class _DocumentPart(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ResultDocument(_DocumentPart):
    """A ``RunResult`` without its wrong pixels, which are an array."""

    seed: int
    epochs: int
    seconds: float
    loss: float
    best_loss: float
    best_epoch: int | float
    first_epoch: dict[str, int | None]
    figures: dict[str, float] = {}
    diverged: bool = False


class PointDocument(_DocumentPart):
    """A checkpoint: a moment of the training, and plain values of its state."""

    epoch: Annotated[int, Field(ge=0)]
    scalars: dict[str, int | float | str] = {}


@dataclass(frozen=True)
class PinnedCode:
    """A pinned code."""

    z: Code
    """The code."""
    name: Name = ""
    """Its name."""


class RunDocument(_DocumentPart):
    """The whole of ``run.json``.

    ``half`` means that the weights are in half precision, ``measured`` is the number of samples
    of the results if it differs from that in the file, ``terms`` are the further columns of the
    history. What is written is validated too: a file that could not be read again is refused.
    """

    model_config = ConfigDict(revalidate_instances="always")

    format: Literal["aegui-run"] = "aegui-run"
    version: Annotated[Literal[1, 2], BeforeValidator(no_truth)] = VERSION
    dataset: DataDocument
    weights: PointDocument | None
    half: bool = False
    history: bool
    terms: Annotated[list[str], Field(max_length=MAX_TERMS)] = []
    results: list[ResultDocument]
    checkpoint: PointDocument | None
    engine: str
    device: str
    measured: Annotated[int, Field(ge=0, lt=2**40)] | None = None
    draft: DataDocument | None = None
    places: Annotated[list[PinnedCode], Field(max_length=MAX_PINS)] = []
    concepts: Annotated[list[Concept], Field(max_length=MAX_CONCEPTS)] = []
    challenge: ChallengeDocument | None = None
    stages: Annotated[list[StageDocument], Field(max_length=MAX_STAGES)] = []
    drawing: DrawingDocument | None = None
