from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LayerSpec, NetworkSpec, Recipe, TrainingSpec
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.loop.train import train
from aegui.features.drawing.model.set_edits import (
    data_change,
    duplicated,
    further_with,
    moved,
    redrawn,
    renamed,
    without,
)


def small(labels: str = "abcd") -> Dataset:
    images = np.stack([np.eye(3, 2) * (ord(label) % 2) for label in labels])
    images[:, 2, 0] = np.arange(len(labels)) % 2
    return Dataset.from_images("small", images, tuple(labels), source="nowhere")


@pytest.mark.parametrize(
    ("index", "place", "order"), [(0, 2, "bcad"), (3, 0, "dabc"), (1, 9, "acdb"), (2, 2, "abcd")]
)
def test_a_sample_moves_and_the_others_keep_their_order(index: int, place: int, order: str) -> None:
    before = small()
    after = moved(before, index, place)
    assert "".join(after.labels) == order
    at = after.labels.index("c")
    assert np.array_equal(after.images[at], before.images[2])
    assert after.source == "nowhere"


def test_edits_of_one_sample() -> None:
    assert duplicated(small(), 1).labels == tuple("abbcd")
    assert without(small(), 1).labels == tuple("acd")
    again = renamed(small(), 1, "ñ")
    assert (again.labels, again.names) == (tuple("añcd"), tuple("añcd"))
    image = np.full((3, 2), 0.5, np.float32)
    drawn = redrawn(small(), 2, image)
    assert np.array_equal(drawn.images[2, 0], image)
    assert np.array_equal(drawn.images[3], small().images[3])


def test_what_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(AeguiError, match="last sample"):
        without(small("a"), 0)
    with pytest.raises(AeguiError, match="label"):
        renamed(small(), 0, "")
    with pytest.raises(AeguiError, match=r"5 × 7 pixels, the samples are 2 × 3"):
        redrawn(small(), 0, np.zeros((7, 5), np.float32))


def test_a_long_name_is_kept_when_the_label_changes() -> None:
    named = Dataset.from_images("n", np.zeros((1, 2, 2)), ["a"], ["LATIN SMALL LETTER A"])
    assert renamed(named, 0, "b").names == ("LATIN SMALL LETTER A",)
    face = renamed(named, 0, "grin", by_name=True)
    assert (face.labels, face.names) == (("a",), ("grin",))


def test_how_the_data_differ_is_counted() -> None:
    learnt = small()
    assert data_change(learnt, small()) is None
    order = data_change(learnt, moved(learnt, 0, 3))
    assert order is not None
    assert "another order" in order.words
    change = data_change(learnt, duplicated(without(learnt, 0), 1))
    assert change is not None
    assert (change.new, change.gone) == (1, 1)
    assert change.words == "Data changed: 1 sample is new, 1 is gone."


def test_a_training_goes_on_with_other_data_from_the_weights_it_had() -> None:
    recipe = Recipe(
        network=NetworkSpec(encoder=(LayerSpec(units=4),)), training=TrainingSpec(epochs=5)
    )
    resolved = resolve(recipe, small()).resolved
    assert resolved is not None
    *_, done = train(resolved)
    run = saved_run_of(done.result(), resolved)
    other = resolve(recipe, duplicated(small(), 0)).resolved
    assert other is not None
    further = further_with(run, other)
    assert further is not None
    assert further.fork is not None
    assert further.fork.epoch == 5
    assert further.resolved.recipe.training.epochs == 10
    assert len(further.resolved.dataset) == 5
    assert run.checkpoint is not None
    assert np.array_equal(further.fork.row, run.checkpoint.tensors["parameters"].ravel())
    another = resolve(
        recipe.model_copy(update={"network": NetworkSpec(encoder=(LayerSpec(units=6),))}), small()
    ).resolved
    assert another is not None
    assert further_with(run, another) is None
    # A file without a checkpoint still has its weights.
    compact = further_with(replace(run, checkpoint=None), other)
    assert compact is not None
    assert compact.fork is not None
    assert run.snapshot is not None
    assert compact.fork.epoch == run.snapshot.epoch
    weight = run.snapshot.layers[0].weight
    assert np.array_equal(compact.fork.row[: weight.size], weight.ravel())
    assert further_with(replace(run, checkpoint=None, snapshot=None), other) is None
    assert further_with(replace(run, checkpoint=None), another) is None
