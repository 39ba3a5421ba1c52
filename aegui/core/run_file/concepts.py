"""Concepts as saved with a run: named directions among the codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

MAX_CONCEPTS = 1_000
MAX_NUMBERS = 100_000
MAX_NAME = 200
MAX = 3.4028234663852886e38
"""Largest number of a code: the maximum of single precision."""

Number = Annotated[FiniteFloat, Field(ge=-MAX, le=MAX)]
"""A number that is finite as part of a code."""


@dataclass(frozen=True)
class KeptConcept:
    """A direction among the codes along which images gain some property.

    Attributes:
        name: Its name.
        direction: The vector from the samples without it to those with it, d numbers.
        low: Lower end of its slider, in multiples of the vector.
        high: Upper end of its slider.
        separation: Distance of the two boxes of samples, in their standard deviations.
    """

    name: str
    direction: tuple[float, ...]
    low: float
    high: float
    separation: float = 0.0

    def named(self, name: str) -> KeptConcept:
        """Return a copy with another name."""
        return replace(self, name=name[:MAX_NAME])


class ConceptDocument(BaseModel):
    """A ``KeptConcept`` in ``run.json``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=MAX_NAME)]
    direction: Annotated[list[Number], Field(min_length=1, max_length=MAX_NUMBERS)]
    low: Number
    high: Number
    separation: Number = 0.0


def to_document(concept: KeptConcept) -> ConceptDocument:
    """Return the document to write."""
    return ConceptDocument(
        name=concept.name,
        direction=list(concept.direction),
        low=concept.low,
        high=concept.high,
        separation=concept.separation,
    )


def from_document(document: ConceptDocument) -> KeptConcept:
    """Return the concept read."""
    return KeptConcept(
        document.name,
        tuple(document.direction),
        document.low,
        document.high,
        document.separation,
    )
