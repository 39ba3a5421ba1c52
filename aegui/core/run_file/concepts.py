"""Concepts as they are saved with a run: directions among the codes, with a name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

MAX_CONCEPTS = 1_000
MAX_NUMBERS = 100_000
MAX_NAME = 200
MOST = 3.4028234663852886e38
"""The largest number of a code: single precision ends there."""

Number = Annotated[FiniteFloat, Field(ge=-MOST, le=MOST)]
"""One that is still finite in a code."""


@dataclass(frozen=True)
class KeptConcept:
    """A direction among the codes along which images become more of something.

    Attributes:
        name: What it is called.
        direction: The step from the samples without it to those with it, d numbers.
        low: Where a slider along it begins, in steps.
        high: Where that ends.
        separation: How far apart the two boxes of samples lie, in their standard deviations.
    """

    name: str
    direction: tuple[float, ...]
    low: float
    high: float
    separation: float = 0.0

    def named(self, name: str) -> KeptConcept:
        """The same under another name."""
        return replace(self, name=name[:MAX_NAME])


class ConceptDocument(BaseModel):
    """A ``KeptConcept`` as it stands in ``run.json``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=MAX_NAME)]
    direction: Annotated[list[Number], Field(min_length=1, max_length=MAX_NUMBERS)]
    low: Number
    high: Number
    separation: Number = 0.0


def to_document(concept: KeptConcept) -> ConceptDocument:
    """What is written."""
    return ConceptDocument(
        name=concept.name,
        direction=list(concept.direction),
        low=concept.low,
        high=concept.high,
        separation=concept.separation,
    )


def from_document(document: ConceptDocument) -> KeptConcept:
    """What was read."""
    return KeptConcept(
        document.name,
        tuple(document.direction),
        document.low,
        document.high,
        document.separation,
    )
