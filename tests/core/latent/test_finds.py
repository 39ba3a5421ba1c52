"""New images from the latent space."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent import finds
from aegui.core.latent.codec import Codec
from aegui.core.latent.finds import (
    best_new,
    inside,
    sample_posterior,
    sample_region,
)
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import known, novelty
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])


@lru_cache(maxsize=1)
def letters() -> Codec:
    """Return a network trained on the letters for a short time."""
    recipe = Recipe.model_validate({"training": {"epochs": 1500, "device": "cpu"}})
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return Codec(recipe, (1, 7, 5), last.result().snapshot)


def test_the_best_are_new_sharp_and_different() -> None:
    codec, data = letters(), load_builtin("lowercase")
    of = known(data, glyphs=True)
    codes = codec.encode(data.flat())
    found = best_new(codec, of, codes, 10, seed=3)
    assert found.codes.shape == (10, 2)
    assert found.images.shape == (10, 1, 7, 5)
    rows = found.images.reshape(10, 35)
    assert rows == pytest.approx(np.clip(codec.decode(found.codes), 0, 1), abs=1e-5)
    novel = novelty(of, rows)
    assert found.ratio == pytest.approx(novel.ratio)
    assert "copy" not in novel.kinds
    assert found.sharpness == pytest.approx(1 - entropies(rows), abs=1e-5)
    glyphs = rows > 0.5
    assert len(np.unique(glyphs, axis=0)) == 10
    # Sharper than what is new among draws from the same region.
    low, high = codes.min(axis=0), codes.max(axis=0)
    blind = codec.decode(np.random.default_rng(0).uniform(low, high, (300, 2)))
    ratio = novelty(of, blind).ratio
    blind_new = np.clip(blind[ratio >= 1.0], 0, 1)
    assert len(blind_new) > 5
    assert found.sharpness.mean() > np.mean(1 - entropies(blind_new))
    assert found.ratio.mean() > ratio.mean()


@pytest.mark.parametrize("glyphs", [True, False])
def test_of_many_good_ones_of_a_kind_few_are_taken(glyphs: bool) -> None:
    data = load_builtin("lowercase")
    of, rows = known(data, glyphs=glyphs), data.flat()
    draw = np.random.default_rng(0)
    # Forty good ones that are the first letter but for two pixels, and others that are less so.
    alike = np.repeat(rows[:1], 40, axis=0)
    for row in alike:
        row[draw.choice(35, 2, replace=False)] = draw.random(2)
    others = rows[[8, 12, 19]]
    images = np.concatenate([alike, others])
    count = len(images)
    merit = np.where(np.arange(count) < 40, 0.9, 0.7).astype(np.float32)
    tried = finds._MeasuredCodes(
        np.zeros((count, 2), np.float32),
        images,
        np.full(count, 1.5, np.float32),
        np.zeros(count, np.float32),
        merit,
    )
    chosen = finds._diverse(tried, of, 4, None).tolist()
    assert chosen[0] < 40
    assert set(chosen[1:]) == {40, 41, 42}
    assert len(finds._diverse(tried, of, 20, None)) == 20
    same = finds._diverse(tried, known(data.subset([0, 0]), glyphs=glyphs), 4, None)
    assert len(same) == 4


def test_the_same_seed_finds_the_same_and_another_others() -> None:
    codec, data = letters(), load_builtin("lowercase")
    of, codes = known(data, glyphs=True), codec.encode(data.flat())
    first, again, other = (best_new(codec, of, codes, 4, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.codes, again.codes)
    assert not np.array_equal(first.codes, other.codes)


def test_without_codes_it_looks_about_the_prior() -> None:
    codec, data = letters(), load_builtin("lowercase")
    found = best_new(codec, known(data, glyphs=True), None, 3)
    assert len(found.codes) == 3
    assert np.abs(found.codes).max() < 6.0


def test_it_can_be_stopped() -> None:
    of = known(load_builtin("lowercase"), glyphs=True)
    with pytest.raises(Cancelled):
        best_new(letters(), of, None, cancelled=lambda: True)


def test_the_posterior_is_drawn_about_the_codes_of_samples() -> None:
    codes = np.array([[-5.0, 0.0], [5.0, 1.0], [np.nan, 0.0]])
    variances = np.array([[0.01, 0.04], [1.0, 1.0], [1.0, 1.0]])
    found = sample_posterior(codes, variances, 4000, 0)
    left = found[found[:, 0] < 0]
    assert len(left) == pytest.approx(2000, abs=150)
    assert left.mean(axis=0) == pytest.approx([-5.0, 0.0], abs=0.02)
    assert left.std(axis=0) == pytest.approx([0.1, 0.2], abs=0.01)
    assert sample_posterior(codes, None, 50, 0).shape == (50, 2)
    with pytest.raises(AeguiError, match="no codes"):
        sample_posterior(codes[2:], None, 4, 0)


def test_a_region_is_filled_evenly() -> None:
    frame = axes_frame((2, 0), [9.0, 1.5, 9.0])
    found = sample_region(SQUARE, frame, 3000, 0)
    assert found.shape == (3000, 3)
    assert (found[:, 1] == 1.5).all()
    x, y = found[:, 2], found[:, 0]
    counts, _, _ = np.histogram2d(x, y, bins=2, range=[[0, 2], [0, 2]])
    assert counts.sum() == 3000
    assert counts == pytest.approx(np.full((2, 2), 750), abs=110)


def test_inside_is_what_a_line_crosses_the_border_to_once() -> None:
    dented = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    points = np.array([[2, 0.5], [2, 2], [1, 2], [3, 2], [5, 1], [2, -1]], float)
    assert inside(dented, points).tolist() == [True, False, True, True, False, False]


@pytest.mark.parametrize(
    "polygon", [[], [[0, 0], [1, 1]], [[0, 0], [1, 1], [2, 2]], [[np.nan] * 2] * 3]
)
def test_a_region_without_room_is_refused(polygon: list[list[float]]) -> None:
    with pytest.raises(AeguiError, match="no room"):
        sample_region(np.array(polygon), axes_frame((0, 1), [0, 0]), 5, 0)
