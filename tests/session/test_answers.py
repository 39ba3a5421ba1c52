from __future__ import annotations

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import CorruptionSpec
from aegui.session.answers import (
    answer,
    corrupted_inputs,
    nearest_samples,
    reconstructions,
    sample_images,
)
from tests.session.parts import codec, glyphs


def test_nearest_samples_by_differing_pixels_ties_in_order() -> None:
    rows = np.zeros((4, 2, 2))
    rows[1, 0, 0] = rows[2, 1, 1] = rows[3] = 1
    dataset = Dataset.from_images("four", rows, ["none", "left", "right", "all"])
    assert nearest_samples([[0.1, 0.4], [0.2, 0.3]], dataset) == ((0, 0), (1, 1), (2, 1), (3, 4))
    assert nearest_samples(np.ones(4), dataset, count=2) == ((3, 0), (1, 3))


def test_an_answer_agrees_with_the_network() -> None:
    network, dataset = codec(), glyphs()
    drawing = np.array(dataset.images[2, 0])
    target = np.array(dataset.images[3, 0])
    told = answer(network, dataset, drawing, target)
    assert told is not None
    assert np.array_equal(told.output.ravel(), network.reconstruct(drawing.ravel())[0])
    assert np.array_equal(told.code, network.encode(drawing.ravel())[0])
    assert np.array_equal(told.binary, told.output > 0.5)
    assert told.wrong is not None
    assert np.array_equal(told.wrong, told.binary != (target > 0.5))
    assert told.wrong_count == told.wrong.sum()
    best = min(
        range(len(dataset)), key=lambda i: (told.binary != (dataset.images[i, 0] > 0.5)).sum()
    )
    assert told.nearest_indices[0] == best
    assert told.nearest[0][0] == dataset.labels[best]
    assert [distance for _, distance in told.nearest] == sorted(d for _, d in told.nearest)


def test_without_a_target_nothing_is_called_wrong() -> None:
    told = answer(codec(), glyphs(), np.zeros((7, 5)))
    assert told is not None
    assert (told.wrong, told.wrong_count, told.target) == (None, None, None)


def test_a_drawing_of_another_size_has_no_answer() -> None:
    assert answer(codec(), glyphs(), np.zeros((8, 8))) is None
    assert answer(codec(), glyphs(height=3), np.zeros((7, 5))) is None


def test_reconstructions_come_worst_first() -> None:
    network, dataset = codec(), glyphs(count=12)
    rows = reconstructions(network, dataset)
    assert rows is not None
    assert sorted(rows.indices) == list(range(12))
    assert list(rows.wrong) == sorted(rows.wrong, reverse=True)
    assert rows.corrupted is None
    for place, index in enumerate(rows.indices):
        assert rows.labels[place] == dataset.labels[index]
        assert np.array_equal(rows.original[place], dataset.images[index, 0])
        expected = network.reconstruct(dataset.flat()[index])[0].reshape(7, 5)
        assert np.allclose(rows.output[place], expected, atol=1e-6)
        wrong = ((expected > 0.5) != (dataset.images[index, 0] > 0.5)).sum()
        assert rows.wrong[place] == wrong


def test_reconstructions_of_corrupted_inputs() -> None:
    network, dataset = codec(), glyphs()
    flip = CorruptionSpec(kind="flip", level=1.0)
    inputs = corrupted_inputs(dataset, flip, seed=3)
    assert inputs is not None
    assert np.array_equal(inputs, 1.0 - dataset.flat())
    rows = reconstructions(network, dataset, inputs)
    assert rows is not None
    assert rows.corrupted is not None
    assert np.array_equal(rows.corrupted, 1.0 - rows.original)
    assert reconstructions(network, glyphs(height=4)) is None


def test_the_draw_of_noise_is_that_of_its_seed() -> None:
    dataset = glyphs()
    noise = CorruptionSpec(kind="salt_pepper", level=0.5)
    first, again, other = (corrupted_inputs(dataset, noise, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)  # type: ignore[arg-type]
    assert not np.array_equal(first, other)  # type: ignore[arg-type]
    assert corrupted_inputs(dataset, CorruptionSpec(), 1) is None
    assert corrupted_inputs(dataset, CorruptionSpec(kind="flip", level=0.0), 1) is None


def test_colour_is_shown_as_grey() -> None:
    images = np.random.default_rng(0).random((3, 3, 4, 4))
    dataset = Dataset.from_images("colour", images)
    assert np.allclose(sample_images(dataset), images.mean(axis=1), atol=1e-6)
