from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.confusions import confusable_pairs, confusions
from aegui.core.evaluation.limits import limit
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

LETTERS = load_builtin("lowercase")


@pytest.fixture(scope="module")
def denoiser() -> Codec:
    saved = load_run(models_dir() / "letters-denoise.aegui")
    return saved.codec(saved.best_run)


@pytest.mark.parametrize("text", ["flip:0.2", "salt_pepper:0.5", "salt:0.3", "masking:0.4"])
def test_two_characters_are_told_apart_as_their_limit_says(text: str) -> None:
    """A wrong decision between two characters costs as many pixels as they differ in."""
    spec = parse_corruption(text)
    pairs = confusable_pairs(LETTERS, spec, most=4)
    assert [pair.chance for pair in pairs] == sorted((p.chance for p in pairs), reverse=True)
    for pair in pairs:
        two = LETTERS.flat()[[pair.first, pair.second]]
        assert np.abs(two[0] - two[1]).sum() == pair.distance
        assert pair.chance * pair.distance == pytest.approx(limit(two, spec).mean, rel=1e-9)


def test_blocks_hide_what_tells_two_apart() -> None:
    spec = parse_corruption("block:0.3")
    shape = LETTERS.image_shape
    for pair in confusable_pairs(LETTERS, spec, most=3):
        two = LETTERS.flat()[[pair.first, pair.second]]
        expected = limit(two, spec, image_shape=shape).mean
        assert pair.chance * pair.distance == pytest.approx(expected, rel=1e-9)
        assert pair.chance > 0


def test_gaussian_pairs_lie_between_two_bounds() -> None:
    """Clipping to 0..1 loses information, but less than thresholding would."""
    sigma = 0.6
    for pair in confusable_pairs(LETTERS, parse_corruption(f"gaussian:{sigma}"), most=3):
        uncut = 0.5 * math.erfc(math.sqrt(pair.distance) / (2 * sigma) / math.sqrt(2))
        flipped = 0.5 * math.erfc(0.5 / sigma / math.sqrt(2))
        n = pair.distance
        ways = [math.comb(n, k) * flipped**k * (1 - flipped) ** (n - k) for k in range(n + 1)]
        majority = sum(ways[n // 2 + 1 :]) + (ways[n // 2] / 2 if n % 2 == 0 else 0)
        assert 0.9 * uncut < pair.chance < 1.05 * majority


def test_a_good_network_mixes_only_what_nobody_can_tell_apart(denoiser: Codec) -> None:
    spec = parse_corruption("flip:0.15")
    found = confusions(denoiser, LETTERS, spec, draws=6_400, seed=1)
    assert found.draws == 200
    assert np.allclose(found.model.sum(axis=1), 1)
    assert np.allclose(found.best.sum(axis=1), 1)
    pairs = found.pairs(12)
    assert pairs[0].model >= pairs[-1].model > 0
    hardest = {(pair.first, pair.second) for pair in confusable_pairs(LETTERS, spec, 40)}
    assert len({(pair.first, pair.second) for pair in pairs} & hardest) >= 6
    assert sum(pair.is_mixed for pair in pairs) <= 2


def test_a_network_made_for_clean_characters_mixes_many() -> None:
    saved = load_run(models_dir() / "letters-2d.aegui")
    found = confusions(
        saved.codec(saved.best_run), saved.dataset, parse_corruption("flip:0.1"), 1_920
    )
    assert sum(pair.is_mixed for pair in found.pairs()) >= 5


def test_large_characters_are_compared_as_small_ones() -> None:
    """Distant characters are not confused, and close ones are not hidden by the rest."""
    rows = (np.random.default_rng(1).random((3, 64, 64)) < 0.4).astype(np.float32)
    near = rows[:1].copy()
    near[0, 0, :3] = 1 - near[0, 0, :3]
    large = Dataset.from_images("large", np.concatenate([rows, near]))
    for text in ("flip:0.2", "salt:0.3", "flip:0.45", "gaussian:0.5"):
        pairs = confusable_pairs(large, parse_corruption(text))
        assert (pairs[0].first, pairs[0].second, pairs[0].distance) == (0, 3, 3)
        assert 0.01 < pairs[0].chance < 0.5
        assert pairs[-1].chance < 1e-4
    exact = limit(large.flat()[[1, 2]], parse_corruption("flip:0.45"))
    assert exact.is_exact
    assert exact.mean < 0.1


def test_refusals(denoiser: Codec) -> None:
    spec = parse_corruption("flip:0.1")
    with pytest.raises(AeguiError, match="at most 500"):
        confusable_pairs(Dataset.from_images("many", np.zeros((501, 2, 2))), spec)
    with pytest.raises(Cancelled):
        confusions(denoiser, LETTERS, spec, cancelled=lambda: True)
