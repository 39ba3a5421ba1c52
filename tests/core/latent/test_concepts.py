"""Concept directions in the latent space."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.errors import AeguiError
from aegui.core.latent.concepts import MAX_SEPARATION, apply, concept


def test_a_concept_goes_from_those_without_to_those_with_it() -> None:
    draw = np.random.default_rng(0)
    without = draw.normal(0.0, 0.5, (400, 3))
    with_it = draw.normal([2.0, 0.0, 0.0], 0.5, (600, 3))
    found = concept(with_it, without, "tall")
    assert found.name == "tall"
    assert found.direction == pytest.approx(with_it.mean(axis=0) - without.mean(axis=0))
    assert found.separation == pytest.approx(4.0, abs=0.2)
    assert apply(found, without.mean(axis=0), 1.0) == pytest.approx(with_it.mean(axis=0), abs=1e-6)
    assert apply(found, without, 0.5).shape == (400, 3)
    # The slider reaches as far as nine in ten of all samples lie apart.
    direction = np.array(found.direction)
    places = np.concatenate([with_it, without]) @ direction
    places /= direction @ direction
    assert found.high == pytest.approx(np.ptp(np.percentile(places, (5, 95))), rel=1e-4)
    assert found.low == -found.high


def test_how_far_apart_is_cohens_d() -> None:
    found = concept([[4.0], [6.0]], [[0.0], [1.0], [2.0]])
    # Sums of squares 2 and 2, over 2 + 3 - 2.
    assert found.separation == pytest.approx(4.0 / np.sqrt(4.0 / 3.0))


def test_two_samples_are_enough() -> None:
    found = concept([1.0, 2.0], [0.0, 2.0])
    assert found.direction == pytest.approx([1.0, 0.0])
    # A single sample of each tells nothing of how samples of a box differ.
    assert found.separation == 0.0
    assert concept([[1.0, 2.0]] * 2, [0.0, 2.0]).separation == MAX_SEPARATION
    assert (found.low, found.high) == (-1.25, 1.25)


def test_refusals() -> None:
    with pytest.raises(AeguiError, match="no samples"):
        concept(np.zeros((0, 2)), [1.0, 2.0])
    with pytest.raises(AeguiError, match="same mean"):
        concept([[1.0, 2.0], [3.0, 4.0]], [2.0, 3.0])
    with pytest.raises(AeguiError, match="2 and 3 numbers"):
        concept([1.0, 2.0], [1.0, 2.0, 3.0])
