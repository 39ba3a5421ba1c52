"""Course work as it is set: the networks that ship trained, and the comparisons to be done."""

from __future__ import annotations

from dataclasses import dataclass

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.paths import models_dir


@dataclass(frozen=True)
class Assignment(Choice):
    """One assignment.

    Attributes:
        models: Names of trained networks that ship, in the order in which they are told of.
        studies: Names of studies that ship.
    """

    models: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()

    @property
    def sources(self) -> list[str]:
        """What a report of it is made of: files of runs, and names of studies."""
        return [*(str(models_dir() / f"{name}.aegui") for name in self.models), *self.studies]


ASSIGNMENTS = table(
    Assignment(
        "letters",
        mark("The letters assignment"),
        mark(
            "Letters of 5x7 pixels through two numbers, new letters, noise removed; learning "
            "rates, activations, losses and initial weights compared."
        ),
        models=("letters-2d", "letters-denoise"),
        studies=(
            *(
                "letters-path",
                "letters-rates",
                "letters-activations",
                "letters-losses",
                "letters-initialisers",
            ),
            "letters-noise",
        ),
    ),
    Assignment(
        "generative",
        mark("The assignment on variational autoencoders"),
        mark(
            "Faces and hearts through two numbers: curves, map, decoded quantiles of the prior, "
            "random new images, and interpolations between samples."
        ),
        models=("emoji-faces",),
    ),
)
"""By key."""
