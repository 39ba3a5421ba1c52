from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation import limits
from aegui.core.evaluation.bayes import best_answer, posterior, read_drawing
from aegui.core.evaluation.likelihoods import lit_chances
from aegui.core.evaluation.limits import limit
from aegui.core.recipe import CorruptionSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray


GLYPHS_3X3 = np.array(
    [
        [0, 1, 0, 0, 1, 0, 0, 1, 0],
        [1, 1, 1, 0, 1, 0, 0, 1, 0],
        [1, 0, 1, 0, 1, 0, 1, 0, 1],
        [1, 1, 1, 1, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=np.float64,
)
BINARY_NOISE = (
    *("none", "flip:0.1", "flip:0.9", "salt_pepper:0.5", "salt_pepper:1", "masking:0.3"),
    *("salt:0.4", "pepper:0.2", "block:0.3"),
)
SHAPE = (1, 3, 3)
UNEVEN = (1.0, 0.0, 3.0, 2.0, 0.5)


def chance(seen: int, clean: int, spec: CorruptionSpec) -> float:
    p = spec.level
    table = {
        "none": (0.0, 0.0),
        "flip": (p, p),
        "salt_pepper": (p / 2, p / 2),
        "masking": (0.0, p),
        "salt": (p, 0.0),
        "pepper": (0.0, p),
    }
    changed = table[spec.kind][clean]
    return changed if seen != clean else 1 - changed


def blocked(glyph: NDArray[np.float64], level: float) -> dict[tuple[float, ...], float]:
    """Return the probability of each image of a 3x3 glyph under an erased block."""
    longer = 3 * math.sqrt(level) - 1  # each side is of one pixel, or of two so often
    chances: dict[tuple[float, ...], float] = {}
    for high, wide in itertools.product((1, 2), repeat=2):
        size = math.prod(longer if side == 2 else 1 - longer for side in (high, wide))
        places = list(itertools.product(range(4 - high), range(4 - wide)))
        for top, left in places:
            image = glyph.reshape(3, 3).copy()
            image[top : top + high, left : left + wide] = 0
            key = tuple(image.ravel().tolist())
            chances[key] = chances.get(key, 0.0) + size / len(places)
    return chances


def joint(spec: CorruptionSpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return every 3x3 image, and p(image | glyph), pixel by pixel."""
    images = np.array(list(itertools.product((0, 1), repeat=9)), dtype=np.float64)
    if spec.kind == "block":
        seen = [blocked(glyph, spec.level) for glyph in GLYPHS_3X3]
        return images, np.array(
            [[chances.get(tuple(image), 0.0) for chances in seen] for image in images.tolist()]
        )
    chances = np.array(
        [
            [
                math.prod(chance(int(x), int(g), spec) for x, g in zip(image, glyph, strict=True))
                for glyph in GLYPHS_3X3
            ]
            for image in images
        ]
    )
    return images, chances


@pytest.mark.parametrize("prior", [None, UNEVEN])
@pytest.mark.parametrize("text", BINARY_NOISE)
def test_posterior_and_limit_are_those_of_brute_force(
    text: str, prior: tuple[float, ...] | None
) -> None:
    spec = parse_corruption(text)
    weights = np.array(prior or (1.0,) * 5)
    images, chances = joint(spec)
    chances = chances * (weights / weights.sum())
    possible = chances.sum(axis=1) > 0
    expected = chances[possible] / chances[possible].sum(axis=1, keepdims=True)
    found = posterior(images[possible], GLYPHS_3X3, spec, prior, SHAPE)
    assert np.allclose(found, expected)
    # The best of all 512 answers to every image, without Bayes' rule per pixel.
    wrong = np.abs(images[:, np.newaxis] - GLYPHS_3X3).sum(axis=2)  # [answer, glyph]
    fewest = (chances @ wrong.T).min(axis=1).sum()
    exact = limit(GLYPHS_3X3, spec, prior=prior, image_shape=SHAPE)
    assert exact.is_exact
    assert exact.mean == pytest.approx(fewest, abs=1e-12)
    answers = best_answer(images, GLYPHS_3X3, spec, prior, SHAPE)
    reached = (chances * (np.abs(answers[:, None] - GLYPHS_3X3).sum(2))).sum()
    assert reached == pytest.approx(fewest, abs=1e-12)
    for at in np.flatnonzero(possible)[:40]:
        reading = read_drawing(images[at], GLYPHS_3X3, spec, prior, SHAPE)
        assert reading.is_possible
        assert math.exp(reading.log_likelihood) == pytest.approx(chances[at].sum())
        assert np.array_equal(reading.image, answers[at] > 0.5)
        assert chances[at][reading.order[0]] == pytest.approx(chances[at].max())
        assert reading.expected_wrong * chances[at].sum() == pytest.approx(
            (chances[at] @ wrong.T).min()
        )
        other = images[at ^ 21]
        assert reading.expected_wrong_of(other) * chances[at].sum() == pytest.approx(
            chances[at] @ wrong[at ^ 21]
        )


@pytest.mark.parametrize("prior", [None, UNEVEN])
@pytest.mark.parametrize("text", [*BINARY_NOISE, "gaussian:0.4"])
def test_drawn_limits_come_near_the_exact_ones(
    text: str, prior: tuple[float, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = parse_corruption(text)
    exact = limit(GLYPHS_3X3, spec, 50_000, prior=prior, image_shape=SHAPE)
    monkeypatch.setattr(limits, "MAX_OUTCOMES", 0)
    drawn = limit(GLYPHS_3X3, spec, 10_000, seed=3, prior=prior, image_shape=SHAPE)
    assert drawn.draws == 10_000
    assert abs(drawn.mean - exact.mean) <= 4 * math.hypot(drawn.error, exact.error) + 1e-9
    assert 0 <= drawn.error < 0.05


def test_the_standard_error_is_that_of_repeated_draws() -> None:
    spec = parse_corruption("gaussian:0.8")
    found = [limit(GLYPHS_3X3, spec, 200, seed=seed) for seed in range(60)]
    spread = np.std([one.mean for one in found])
    assert spread == pytest.approx(np.mean([one.error for one in found]), rel=0.3)


def test_two_large_characters_are_gone_through_exactly() -> None:
    """Only the differing pixels matter: the limit is a majority decision, Bin(20, 0.3)."""
    first = np.zeros((8, 8))
    second = first.copy()
    second[2:6, 1:6] = 1.0
    found = limit([first, second], parse_corruption("flip:0.3"))
    ways = [math.comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(21)]
    wrong_guess = sum(ways[11:]) + ways[10] / 2
    assert found.is_exact
    assert found.mean == pytest.approx(20 * wrong_guess, rel=1e-9)


@pytest.mark.parametrize("text", ["gaussian:0.1", "flip:0.1", "block:0.3"])
def test_characters_that_are_all_alike_are_never_wrong(text: str) -> None:
    # Six times one sixth is more than one, as computed.
    glyphs, spec = np.ones((6, 9)), parse_corruption(text)
    assert limit(glyphs, spec, 50, image_shape=SHAPE).mean >= 0.0
    reading = read_drawing(glyphs[0], glyphs, spec, image_shape=SHAPE)
    assert reading.expected_wrong >= 0.0
    assert reading.expected_wrong_of(glyphs[0]) >= 0.0


def test_the_limit_stops_when_asked_to() -> None:
    glyphs = load_builtin("lowercase").flat()
    with pytest.raises(Cancelled):
        limit(glyphs, parse_corruption("flip:0.1"), cancelled=lambda: True)


def test_impossible_images_tell_nothing() -> None:
    spec = parse_corruption("masking:0.2")
    assert np.allclose(posterior(np.ones((1, 9)), GLYPHS_3X3[:3], spec), 1 / 3)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from(["gaussian:0.05", "gaussian:0.3", "gaussian:2"]))
def test_clipped_gaussian_posterior(seed: int, text: str) -> None:
    spec = parse_corruption(text)
    noisy = corrupted(GLYPHS_3X3, spec, seed).astype(np.float64)
    logs = np.zeros((len(noisy), len(GLYPHS_3X3)))
    for (b, n), _ in np.ndenumerate(logs):
        for x, g in zip(noisy[b], GLYPHS_3X3[n], strict=True):
            z = (x - g) / spec.level
            if x in (0.0, 1.0):
                beyond = z if x == 1.0 else -z
                logs[b, n] += math.log(max(math.erfc(beyond / math.sqrt(2)) / 2, 1e-300))
            else:
                logs[b, n] += -z * z / 2
    expected = np.exp(logs - logs.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    assert np.allclose(posterior(noisy, GLYPHS_3X3, spec), expected, atol=1e-9)


@pytest.mark.parametrize("kind", [kind for kind, row in CORRUPTIONS.items() if row.off])
def test_chances_of_a_pixel_are_those_that_are_drawn(kind: str) -> None:
    clean = np.repeat([[0.0, 1.0]], 20_000, axis=0)
    spec = CorruptionSpec.model_validate({"kind": kind, "level": 0.3})
    noisy = corrupted(clean, spec, 1)
    assert ((noisy == 0.0) | (noisy == 1.0)).all()
    assert lit_chances(spec) == pytest.approx(noisy.mean(axis=0), abs=0.02)


def test_tiny_gaussian_noise_is_no_noise() -> None:
    for text in ("gaussian:0", "gaussian:0.000001", "gaussian:0.001", "gaussian:0.04"):
        assert limit(GLYPHS_3X3, parse_corruption(text), draws=50).mean == pytest.approx(
            0, abs=1e-9
        )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("flip:0.10", 0.10, 0.20),
        ("flip:0.15", 0.42, 0.60),
        ("flip:0.20", 1.2, 1.5),
        ("salt_pepper:0.2", 0.10, 0.20),
        ("salt_pepper:0.5", 2.6, 3.1),
        ("salt_pepper:0.9", 10.0, 11.0),
    ],
)
def test_limit_of_the_lower_case(text: str, low: float, high: float) -> None:
    glyphs = load_builtin("lowercase").images
    found = limit(glyphs, parse_corruption(text), draws=16_000)
    assert low < found.mean < high
    assert 0 < found.error < 0.03 * found.mean + 0.003


def test_nobody_answers_better_than_the_limit() -> None:
    spec = parse_corruption("flip:0.15")
    clean = np.tile(load_builtin("lowercase").flat(), (500, 1))
    noisy = corrupted(clean, spec, seed=5)
    glyphs = load_builtin("lowercase").flat()
    best = np.abs(best_answer(noisy, glyphs, spec) - clean).sum(axis=1)
    nearest = glyphs[(noisy @ (1 - 2 * glyphs.T) + glyphs.sum(axis=1)).argmin(axis=1)]
    assert best.mean() == pytest.approx(limit(glyphs, spec).mean, rel=0.06)
    assert best.mean() < np.abs(nearest - clean).sum(axis=1).mean()


def test_same_seed_same_limit_whatever_the_shape() -> None:
    spec = parse_corruption("salt_pepper:0.3")
    cubes = GLYPHS_3X3.reshape(5, 1, 3, 3)
    assert limit(cubes, spec, 100, seed=3) == limit(GLYPHS_3X3, spec, 100, seed=3)
    assert posterior(cubes, cubes, spec).shape == (5, 5)


def test_refusals() -> None:
    spec = parse_corruption("flip:0.1")
    with pytest.raises(AeguiError, match="black and white"):
        posterior(np.zeros((1, 4)), np.full((1, 4), 0.5), spec)
    with pytest.raises(AeguiError, match="one draw"):
        limit(GLYPHS_3X3, spec, draws=0)
    for prior in ([1, 1], [1, 1, -1, 1, 1], [0, 0, 0, 0, 0], [1, 1, np.nan, 1, 1]):
        with pytest.raises(AeguiError, match="5 numbers"):
            posterior(GLYPHS_3X3, GLYPHS_3X3, spec, prior)


def test_the_limit_of_many_characters_is_found_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = load_builtin("lowercase").images
    spec = parse_corruption("gaussian:0.5")
    whole = limit(letters, spec, draws=640)
    monkeypatch.setattr(limits, "_MAX_NUMBERS", 100)
    parts = limit(letters, spec, draws=640)
    assert parts.mean == pytest.approx(whole.mean, rel=1e-9)
    assert parts.error == pytest.approx(whole.error, rel=1e-9)


def test_a_standard_error_is_not_told_from_a_single_draw() -> None:
    glyphs = load_builtin("lowercase").flat()
    found = limit(glyphs, CorruptionSpec(kind="flip", level=0.1), draws=1)
    assert found.draws == 2 * len(glyphs)
    assert found.error > 0.0


def test_improbable_characters_have_no_subnormal_chances() -> None:
    glyphs = (np.random.default_rng(0).random((40, 784)) > 0.5).astype(np.float32)
    spec = CorruptionSpec(kind="flip", level=0.1)
    chances = posterior(glyphs[:8], glyphs, spec)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    assert chances[chances > 0.0].min() >= np.finfo(np.float64).tiny


@pytest.mark.parametrize("noise", ["gaussian:0.5", "block:0.5", "flip:0.1"])
def test_the_limit_is_given_up_at_the_next_piece(
    noise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = load_builtin("lowercase").images
    monkeypatch.setattr(limits, "_MAX_COMPARED", 1)
    monkeypatch.setattr(limits, "_BLOCK_COMPARED", 1)
    stops = iter([False] * 40)
    spec = parse_corruption(noise)
    with pytest.raises(Cancelled):
        limit(letters, spec, 64, image_shape=(1, 7, 5), cancelled=lambda: next(stops, True))
    assert next(stops, None) is None
