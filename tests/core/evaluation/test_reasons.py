from __future__ import annotations

import math

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import read_drawing
from aegui.core.evaluation.reasons import LOGIT_MOST, pixel_reasons
from aegui.core.run_file.saved import SavedRun, load_run
from aegui.paths import models_dir

LETTERS = load_builtin("lowercase")
FLIP = parse_corruption("flip:0.15")


@pytest.fixture(scope="module")
def saved() -> SavedRun:
    return load_run(models_dir() / "letters-denoise.aegui")


def test_effects_are_what_leaving_a_number_out_does(saved: SavedRun) -> None:
    codec = saved.codec(saved.best_run)
    noisy = corrupted(LETTERS.flat(), FLIP, 4)
    means = codec.encode(LETTERS.flat()).mean(axis=0)
    for sample, pixel in ((1, 7), (5, 20), (9, 34)):
        found = pixel_reasons(codec, noisy[sample], pixel, LETTERS)
        answer = float(codec.reconstruct(noisy[sample])[0, pixel])
        assert found.output == pytest.approx(answer, abs=1e-5)
        assert found.lit == (found.output > 0.5) == (found.score > 0)
        if 1e-4 < found.output < 1 - 1e-4:
            wanted = math.log(found.output / (1 - found.output))
            assert found.score == pytest.approx(wanted, abs=1e-6)
        for number in range(codec.latent_size):
            code = found.code.copy()
            code[number] = means[number]
            output = float(codec.decode(code)[0, pixel])
            if 1e-4 < output < 1 - 1e-4 and abs(found.score) < LOGIT_MOST:
                left = math.log(output / (1 - output))
                assert found.effects[number] == pytest.approx(found.score - left, abs=0.02)
        largest = np.abs(found.effects[found.order])
        assert (np.diff(largest) <= 0).all()


def test_votes_are_the_characters_that_it_may_be(saved: SavedRun) -> None:
    codec = saved.codec(saved.best_run)
    drawing = corrupted(LETTERS.flat()[:1], FLIP, 2)[0]
    reading = read_drawing(drawing, LETTERS.images, FLIP)
    found = pixel_reasons(codec, drawing, 12, LETTERS, reading)
    weights = [vote.weight for vote in found.votes]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == reading.chances.max()
    for vote in (*found.votes, *found.neighbours):
        assert vote.label == LETTERS.labels[vote.index]
        assert vote.lit == (LETTERS.flat()[vote.index, 12] == 1)
    share = sum(vote.weight for vote in found.votes if vote.lit)
    assert found.share_on == pytest.approx(share, abs=1e-3)
    first = found.neighbours[0]
    away = np.linalg.norm(codec.encode(LETTERS.flat()) - found.code, axis=1)
    assert first.weight == pytest.approx(away.min(), rel=1e-5)
    assert away[first.index] == pytest.approx(away.min())


def test_without_a_reading_nobody_votes(saved: SavedRun) -> None:
    found = pixel_reasons(saved.codec(0), LETTERS.images[0], 0, LETTERS)
    assert found.votes == ()
    assert found.share_on is None
    assert abs(found.score) <= LOGIT_MOST


def test_of_images_in_colours_the_brightness_is_told() -> None:
    saved = load_run(models_dir() / "emoji-faces.aegui")
    codec, faces = saved.codec(0), saved.dataset
    channels, height, width = faces.image_shape
    pixel = 20 * width + 30
    found = pixel_reasons(codec, faces.images[3], pixel, faces, graded=True)
    answer = codec.reconstruct(faces.images[3]).reshape(channels, height, width)[:, 20, 30]
    assert found.levels == pytest.approx(answer.tolist(), abs=1e-5)
    assert found.output == found.score == pytest.approx(float(answer.mean()), abs=1e-5)
    number = int(found.order[0])
    without = found.code.copy()
    without[number] = found.means[number]
    left = codec.decode(without).reshape(channels, height, width)[:, 20, 30].mean()
    assert found.effects[number] == pytest.approx(found.output - float(left), abs=1e-5)
    nearest = found.neighbours[0]
    assert nearest.label == faces.names[nearest.index]
    assert nearest.level == pytest.approx(faces.images[nearest.index, :, 20, 30].mean())
    with pytest.raises(IndexError):
        pixel_reasons(codec, faces.images[3], height * width, faces, graded=True)


def test_refuses_another_size(saved: SavedRun) -> None:
    with pytest.raises(AeguiError, match="9 pixels"):
        pixel_reasons(saved.codec(0), np.zeros(9), 0, Dataset.from_images("s", np.zeros((2, 3, 3))))
