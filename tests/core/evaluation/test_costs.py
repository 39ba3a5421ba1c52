"""The cost of an evaluation grows with the samples and with the network."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.classification import classification_cost
from aegui.core.evaluation.judging import judging_cost
from aegui.core.latent.finds import finds_cost
from aegui.core.latent.projections import ProjectionOptions
from aegui.core.latent.views import view_cost
from tests.core.latent.linear import groups, linear_codec


def test_passes_cost_by_what_is_computed() -> None:
    codec = linear_codec(groups())
    one, many = codec.passes(encoded=10), codec.passes(encoded=1_000)
    assert many.seconds == pytest.approx(100 * one.seconds)
    assert many.bytes > 1_000 * 4 * codec.pixels
    both = codec.passes(encoded=1_000, decoded=1_000)
    assert both.seconds > many.seconds
    assert codec.passes().seconds == 0.0
    assert classification_cost(codec, 2_000).seconds > classification_cost(codec, 20).seconds


def test_finds_cost_by_the_samples_they_are_compared_with() -> None:
    codec = linear_codec(groups())
    few, many = finds_cost(codec, 60, 10), finds_cost(codec, 4_000, 10)
    assert few.seconds < many.seconds
    assert few.bytes < many.bytes


def test_what_is_no_judge_is_refused_before_anything_is_reckoned() -> None:
    codec = linear_codec(groups())
    with pytest.raises(AeguiError, match="no classifier"):
        judging_cost(codec, codec, 1_000, 100, (0,))


def test_a_map_holds_the_samples_that_it_is_of() -> None:
    large = Dataset.from_images("large", np.zeros((100, 64, 64), np.float32))
    found = view_cost("code", large, None, ProjectionOptions(samples=50))
    assert found.bytes == 50 * 64 * 64 * 4
    assert view_cost("pca", large, None, ProjectionOptions()).bytes > 100 * 64 * 64 * 4
