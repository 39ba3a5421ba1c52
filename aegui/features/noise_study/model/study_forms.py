"""Form values of the noise studies, and their conversion to specifications."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aegui.core.choices import Choice, OneOf, table
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.levels import noises_of, parse_levels
from aegui.core.study.noise_curves import NoiseCurveSpec
from aegui.core.study.noise_matrix import MatrixSpec

SMALL_RECIPE = "letters-noise-matrix"
"""The shipped recipe for many trainings at once."""
SMALL = "small"
NETWORKS = table(
    Choice(SMALL, mark("Small, for many trainings"), ""),
    Choice("recipe", mark("As in the recipe at hand"), ""),
)
"""Which network is trained: that of ``SMALL_RECIPE``, or that of the draft."""
MAX_SEEDS, MAX_EPOCHS = 20, 1_000_000
MATRIX, CURVES = "study.", "study.curve_"
"""Prefixes of the settings keys of the forms."""
_NOISES = OneOf({key: row for key, row in CORRUPTIONS.items() if key != "none"})
_MATRIX_LEVELS = "0, 0.05, 0.1, 0.2, 0.3, 0.5"
_CURVE_LEVELS = "0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5"


@dataclass(frozen=True)
class MatrixForm:
    """The form of a noise matrix."""

    training_kinds: tuple[Annotated[str, _NOISES], ...] = ("flip",)
    """Keys of ``CORRUPTIONS``."""
    training_levels: str = _MATRIX_LEVELS
    """List of levels as text."""
    test_kinds: tuple[Annotated[str, _NOISES], ...] = ("flip",)
    """Keys of ``CORRUPTIONS``."""
    test_levels: str = _MATRIX_LEVELS
    """List of levels as text."""
    seeds: Annotated[int, Field(ge=1, le=MAX_SEEDS)] = 5
    """Networks for each noise."""
    network: Annotated[str, OneOf(NETWORKS)] = SMALL
    """Key of ``NETWORKS``."""
    epochs: Annotated[int, Field(ge=0, le=MAX_EPOCHS)] = 0
    """Epochs of each training; 0 for those of the recipe."""

    def spec(self) -> MatrixSpec:
        """Return the specification of the matrix.

        Raises:
            AeguiError: A level is invalid, or no kind is chosen.
        """
        trained, tried = tr("Train with"), tr("Try with")
        return MatrixSpec(
            noises_of(self.training_kinds, parse_levels(self.training_levels, trained), trained),
            noises_of(self.test_kinds, parse_levels(self.test_levels, tried), tried),
            self.seeds,
            epochs=self.epochs or None,
        )


@dataclass(frozen=True)
class CurvesForm:
    """The form of the curves."""

    kind: Annotated[str, _NOISES] = "flip"
    """Key of ``CORRUPTIONS``."""
    levels: str = _CURVE_LEVELS
    """List of levels as text."""

    def spec(self) -> NoiseCurveSpec:
        """Return the specification of the curves.

        Raises:
            AeguiError: A level is invalid.
        """
        levels = parse_levels(self.levels, tr("Levels"))
        noises_of((self.kind,), levels, tr("Levels"))
        return NoiseCurveSpec(self.kind, levels)
