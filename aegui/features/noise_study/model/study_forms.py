"""What is chosen for a study before it is run, as it is written, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.study.levels import noises_of, parse_levels
from aegui.core.study.noise_curves import NoiseCurveSpec
from aegui.core.study.noise_matrix import MatrixSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALL_RECIPE = "letters-noise-matrix"
"""The recipe that ships for many trainings at once."""
NETWORKS = ("small", "recipe")
"""Which network is trained: that of ``SMALL_RECIPE``, or that of the draft."""
MOST_SEEDS = 20
_PREFIX = "study."
_MATRIX_LEVELS = "0, 0.05, 0.1, 0.2, 0.3, 0.5"
_CURVE_LEVELS = "0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5"


@dataclass(frozen=True)
class MatrixForm:
    """The choices of a noise matrix.

    Attributes:
        training_kinds: Keys of ``CORRUPTIONS``.
        training_levels: As written.
        test_kinds: Keys of ``CORRUPTIONS``.
        test_levels: As written.
        seeds: Networks for each noise.
        network: One of ``NETWORKS``.
        epochs: Of each training; 0: those of the recipe.
    """

    training_kinds: tuple[str, ...] = ("flip",)
    training_levels: str = _MATRIX_LEVELS
    test_kinds: tuple[str, ...] = ("flip",)
    test_levels: str = _MATRIX_LEVELS
    seeds: int = 5
    network: str = NETWORKS[0]
    epochs: int = 0

    def spec(self) -> MatrixSpec:
        """What is to be trained and tried.

        Raises:
            AeguiError: A level is not one, or no kind is chosen.
        """
        trained, tried = tr("Train with"), tr("Try with")
        return MatrixSpec(
            noises_of(self.training_kinds, parse_levels(self.training_levels, trained), trained),
            noises_of(self.test_kinds, parse_levels(self.test_levels, tried), tried),
            self.seeds,
            epochs=self.epochs or None,
        )

    def kept(self) -> dict[str, str | int | float]:
        """As values for the settings."""
        return {
            f"{_PREFIX}training_kinds": " ".join(self.training_kinds),
            f"{_PREFIX}training_levels": self.training_levels,
            f"{_PREFIX}test_kinds": " ".join(self.test_kinds),
            f"{_PREFIX}test_levels": self.test_levels,
            f"{_PREFIX}seeds": self.seeds,
            f"{_PREFIX}network": self.network,
            f"{_PREFIX}epochs": self.epochs,
        }

    @classmethod
    def of_kept(cls, values: Mapping[str, object]) -> MatrixForm:
        """What was kept in the settings; what is missing or strange there is as at first."""
        first = cls()
        network = str(values.get(f"{_PREFIX}network", first.network))
        return cls(
            _kinds(values, "training_kinds", first.training_kinds),
            _text(values, "training_levels", first.training_levels),
            _kinds(values, "test_kinds", first.test_kinds),
            _text(values, "test_levels", first.test_levels),
            min(max(1, _whole(values, "seeds", first.seeds)), MOST_SEEDS),
            network if network in NETWORKS else first.network,
            max(0, _whole(values, "epochs", first.epochs)),
        )


@dataclass(frozen=True)
class CurvesForm:
    """The choices of the curves.

    Attributes:
        kind: Key of ``CORRUPTIONS``.
        levels: As written.
    """

    kind: str = "flip"
    levels: str = _CURVE_LEVELS

    def spec(self) -> NoiseCurveSpec:
        """What is to be tried.

        Raises:
            AeguiError: A level is not one.
        """
        levels = parse_levels(self.levels, tr("Levels"))
        noises_of((self.kind,), levels, tr("Levels"))
        return NoiseCurveSpec(self.kind, levels)

    def kept(self) -> dict[str, str | int | float]:
        """As values for the settings."""
        return {f"{_PREFIX}curve_kind": self.kind, f"{_PREFIX}curve_levels": self.levels}

    @classmethod
    def of_kept(cls, values: Mapping[str, object]) -> CurvesForm:
        """What was kept in the settings; what is missing or strange there is as at first."""
        first = cls()
        kinds = _kinds(values, "curve_kind", (first.kind,))
        return cls(kinds[0], _text(values, "curve_levels", first.levels))


def _kinds(values: Mapping[str, object], name: str, first: tuple[str, ...]) -> tuple[str, ...]:
    known = [key for key in _text(values, name, "").split() if key in CORRUPTIONS and key != "none"]
    return tuple(known) or first


def _text(values: Mapping[str, object], name: str, first: str) -> str:
    found = values.get(f"{_PREFIX}{name}", first)
    return found if isinstance(found, str) else first


def _whole(values: Mapping[str, object], name: str, first: int) -> int:
    found = values.get(f"{_PREFIX}{name}", first)
    return int(found) if isinstance(found, int | float) else first
