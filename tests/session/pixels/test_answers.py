from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import CorruptionSpec
from aegui.session.data.image_style import grey_levels
from aegui.session.pixels import answers
from aegui.session.pixels.answers import (
    THUMB_PX,
    Nearest,
    answer,
    corrupted_inputs,
    measured_samples,
    one_image,
    reconstructions,
)
from tests.session.parts import codec, glyphs
from tests.session.pictures import colour, grey, network


def everyone(dataset: Dataset) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(len(dataset))


# The nearest samples


def test_nearest_glyphs_by_differing_pixels_ties_in_order() -> None:
    rows = np.zeros((4, 2, 2))
    rows[1, 0, 0] = rows[2, 1, 1] = rows[3] = 1
    finder = Nearest(Dataset.from_images("four", rows, ["none", "left", "right", "all"]))
    assert finder.find([[0.1, 0.4], [0.2, 0.3]]) == ((0, 0), (1, 1), (2, 1), (3, 4))
    assert finder.find(np.ones(4), count=2) == ((3, 0), (1, 3))
    assert finder.find(np.full(4, np.nan), count=1) == ((0, 0),)


@pytest.mark.parametrize("dataset", [grey(), colour()])
def test_nearest_images_by_squared_difference(dataset: Dataset) -> None:
    finder = Nearest(dataset)
    wanted = dataset.flat()[7] * 0.9
    errors = ((dataset.flat() - wanted) ** 2).mean(axis=1)
    found = finder.find(wanted)
    assert [index for index, _ in found] == np.argsort(errors, kind="stable")[:5].tolist()
    assert [away for _, away in found] == pytest.approx(np.sort(errors)[:5].tolist(), abs=1e-5)
    assert finder.named(found)[0][0] == dataset.names[found[0][0]]


def test_of_a_very_large_set_every_so_many_th_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = grey(40)
    monkeypatch.setattr(answers, "MAX_COMPARED", 14 * dataset.pixels)
    finder = Nearest(dataset)
    found = finder.find(dataset.flat()[9], count=40)
    assert [index % 3 for index, _ in found] == [0] * 14
    assert found[0][0] == 9
    assert found[0][1] == pytest.approx(0.0, abs=1e-6)


# The answer to a drawing


def test_an_answer_agrees_with_the_network() -> None:
    letters, dataset = codec(), glyphs()
    drawing, target = np.array(dataset.images[2, 0]), np.array(dataset.images[3, 0])
    told = answer(letters, Nearest(dataset), drawing, target)
    assert told is not None
    assert told.binary is not None
    assert np.array_equal(told.output.ravel(), letters.reconstruct(drawing.ravel())[0])
    assert np.array_equal(told.code, letters.encode(drawing.ravel())[0])
    assert np.array_equal(told.binary, told.output > 0.5)
    assert told.wrong is not None
    assert np.array_equal(told.wrong, told.binary != (target > 0.5))
    assert told.wrong_count == told.wrong.sum()
    assert (told.squared, told.error, told.votes) == (None, None, ())
    binary = told.binary
    best = min(range(len(dataset)), key=lambda i: (binary != (dataset.images[i, 0] > 0.5)).sum())
    assert told.nearest_indices[0] == best
    assert told.nearest[0][0] == dataset.labels[best]
    assert [distance for _, distance in told.nearest] == sorted(d for _, d in told.nearest)


@pytest.mark.parametrize("dataset", [grey(), colour()])
def test_images_have_squared_errors_in_place_of_wrong_pixels(dataset: Dataset) -> None:
    images = network(dataset.image_shape)
    drawing = one_image(dataset.images[1], dataset)
    told = answer(images, Nearest(dataset), drawing, drawing)
    assert told is not None
    assert (told.binary, told.wrong, told.wrong_count) == (None, None, None)
    expected = (images.reconstruct(drawing)[0] - drawing.ravel()) ** 2
    assert told.squared is not None
    assert told.squared.shape == dataset.image_shape[1:]
    assert told.error == pytest.approx(expected.mean(), rel=1e-5)
    assert told.output.shape == drawing.shape


def test_a_classifier_tells_what_it_takes_a_drawing_for() -> None:
    dataset = grey(classes=4)
    told = answer(network(classes=4), Nearest(dataset), dataset.images[0, 0])
    assert told is not None
    labels, odds = zip(*told.votes, strict=True)
    assert set(labels) < set(dataset.classes)
    assert list(odds) == sorted(odds, reverse=True)
    assert 0.75 <= sum(odds) <= 1.0 + 1e-6


def test_without_a_target_nothing_is_called_wrong() -> None:
    told = answer(codec(), Nearest(glyphs()), np.zeros((7, 5)))
    assert told is not None
    assert (told.wrong, told.wrong_count, told.target) == (None, None, None)


def test_a_drawing_of_another_size_has_no_answer_nor_has_one_without_an_encoder() -> None:
    assert answer(codec(), Nearest(glyphs()), np.zeros((8, 8))) is None
    assert answer(codec(), Nearest(glyphs(height=3)), np.zeros((7, 5))) is None
    assert answer(network(gan=True), Nearest(grey()), np.zeros((28, 28))) is None
    assert reconstructions(network(gan=True), grey(), everyone(grey())) is None


# Reconstructions


def test_reconstructions_come_worst_first() -> None:
    letters, dataset = codec(), glyphs(count=12)
    rows = reconstructions(letters, dataset, everyone(dataset))
    assert rows is not None
    assert rows.wrong is not None
    assert sorted(rows.indices) == list(range(12))
    assert list(rows.wrong) == sorted(rows.wrong, reverse=True)
    assert rows.corrupted is None
    assert (rows.measured, rows.total, rows.worst) == (12, 12, rows.wrong[0])
    for place, index in enumerate(rows.indices):
        assert rows.labels[place] == dataset.labels[index]
        assert np.array_equal(rows.original[place], 255 * dataset.images[index, 0])
        expected = letters.reconstruct(dataset.flat()[index])[0].reshape(7, 5)
        assert np.abs(rows.output[place].astype(int) - grey_levels(expected)).max() <= 1
        wrong = ((expected > 0.5) != (dataset.images[index, 0] > 0.5)).sum()
        assert rows.wrong[place] == wrong


def test_learnt_and_held_out_samples_have_means_of_their_own() -> None:
    letters, dataset = codec(), glyphs()
    held_out = np.array([1, 4, 6])
    rows = reconstructions(letters, dataset, everyone(dataset), held_out=held_out)
    assert rows is not None
    assert rows.held_out is not None
    assert rows.wrong is not None
    assert sorted(rows.indices[rows.held_out].tolist()) == held_out.tolist()
    assert rows.means == pytest.approx(
        {
            "learnt": rows.wrong[~rows.held_out].mean(),
            "held_out": rows.wrong[rows.held_out].mean(),
        }
    )
    whole = reconstructions(letters, dataset, everyone(dataset))
    assert whole is not None
    assert (whole.held_out, dict(whole.means)) == (None, {})


@pytest.mark.parametrize("order", ["worst", "best", "random"])
def test_of_many_images_some_are_shown_in_the_order_wished(
    order: answers.Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_ROWS", 6)
    dataset = grey(40)
    images = network(dataset.image_shape)
    rows = reconstructions(images, dataset, everyone(dataset), None, order)
    assert rows is not None
    errors = ((images.reconstruct(dataset.flat()) - dataset.flat()) ** 2).mean(axis=1)
    assert (rows.wrong, rows.perfect) == (None, None)
    assert len(rows.labels) == len(rows.indices) == 6
    assert rows.labels[0] == dataset.names[rows.indices[0]]
    assert rows.error == pytest.approx(errors[rows.indices], rel=1e-4)
    assert (rows.mean, rows.worst) == pytest.approx((errors.mean(), errors.max()), rel=1e-4)
    sorted_errors = np.sort(errors)
    if order == "random":
        assert list(rows.error) == sorted(rows.error, reverse=True)
    else:
        expected = sorted_errors[:6] if order == "best" else sorted_errors[::-1][:6]
        assert rows.error == pytest.approx(expected, rel=1e-4)


def test_large_images_are_shown_reduced_in_their_colours() -> None:
    images = np.zeros((3, 3, 200, 100), np.float32)
    images[:, 1] = 1.0
    dataset = Dataset.from_images("green", images)
    rows = reconstructions(network(dataset.image_shape, hidden=2), dataset, everyone(dataset))
    assert rows is not None
    assert rows.original.shape == (3, 3, 66, 33)
    assert max(rows.original.shape[-2:]) <= THUMB_PX
    assert rows.original[0, :, 5, 5].tolist() == [0, 255, 0]


def test_reconstructions_of_corrupted_inputs() -> None:
    letters, dataset = codec(), glyphs()
    flip = CorruptionSpec(kind="flip", level=1.0)
    inputs = corrupted_inputs(dataset, everyone(dataset), flip, seed=3)
    assert inputs is not None
    assert np.array_equal(inputs, 1.0 - dataset.flat())
    rows = reconstructions(letters, dataset, everyone(dataset), inputs)
    assert rows is not None
    assert rows.corrupted is not None
    assert np.array_equal(rows.corrupted, 255 - rows.original)
    assert reconstructions(letters, glyphs(height=4), everyone(dataset)) is None


def test_the_draw_of_noise_is_that_of_its_seed() -> None:
    dataset = glyphs()
    noise = CorruptionSpec(kind="salt_pepper", level=0.5)
    some = np.array([1, 4])
    first, again, other = (corrupted_inputs(dataset, some, noise, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)  # type: ignore[arg-type]
    assert not np.array_equal(first, other)  # type: ignore[arg-type]
    assert corrupted_inputs(dataset, some, CorruptionSpec(), 1) is None
    assert corrupted_inputs(dataset, some, CorruptionSpec(kind="flip", level=0.0), 1) is None


def test_a_large_set_is_measured_in_part_and_less_while_the_network_learns() -> None:
    images = np.broadcast_to(np.zeros((1, 1, 28, 28), np.float32), (60_000, 1, 28, 28))
    large = Dataset.over("large", images)
    wide = network(hidden=1000)
    resting, learning = (measured_samples(wide, large, live=live) for live in (False, True))
    assert 200 <= len(learning) < len(resting) <= answers.MAX_MEASURED
    assert len(set(resting.tolist())) == len(resting)
    small = grey()
    assert np.array_equal(measured_samples(wide, small, live=True), np.arange(len(small)))
