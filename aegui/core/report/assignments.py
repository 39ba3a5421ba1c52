"""Course assignments: the shipped networks, and the comparisons to run."""

from __future__ import annotations

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass
from aegui.paths import models_dir


@dataclass(frozen=True)
class Assignment(Choice):
    """One assignment."""

    models: tuple[str, ...] = ()
    """Names of shipped models, in the order of the report."""
    studies: tuple[str, ...] = ()
    """Names of shipped studies."""

    @property
    def sources(self) -> list[str]:
        """Return the sources of its report: run files, and names of studies."""
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
"""Assignments by key."""
