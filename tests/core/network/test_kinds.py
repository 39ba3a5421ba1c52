from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.data.dataset import Dataset
from aegui.core.network.kinds import KINDS, composition, kind_of, with_kind
from aegui.core.network.resolve import resolve
from aegui.core.recipe import (
    CorruptionSpec,
    DataSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    SparsitySpec,
    TrainingSpec,
)

LETTERS = Dataset.from_images("lowercase", np.zeros((32, 7, 5)))


@pytest.mark.parametrize("key", KINDS)
def test_each_kind_is_made_and_recognised_and_can_be_trained(key: str) -> None:
    recipe = with_kind(Recipe(), key)
    assert kind_of(recipe) == key
    assert with_kind(recipe, key) is recipe
    # The classes of characters are their own names.
    assert resolve(recipe, LETTERS).problems == ()


def test_penalties_and_decoders_that_a_family_cannot_have_are_dropped() -> None:
    network = NetworkSpec(decoder=(LayerSpec(units=9),), tied=False)
    recipe = Recipe(network=network, training=TrainingSpec(l1=0.1, l2=0.1, edges=1.0))
    assert resolve(with_kind(recipe, "gan"), LETTERS).problems == ()
    classifier = with_kind(recipe, "classifier")
    assert classifier.network.decoder is None
    assert resolve(classifier, LETTERS).problems == ()
    assert with_kind(recipe, "variational").training.edges == 1.0


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS)))
def test_nothing_of_one_kind_is_left_in_the_next(first: str, second: str) -> None:
    direct = with_kind(Recipe(), second)
    indirect = with_kind(with_kind(Recipe(), first), second)
    assert kind_of(indirect) == second
    assert composition(indirect) == composition(direct)
    assert indirect.network == direct.network


def test_what_was_set_by_hand_is_kept() -> None:
    recipe = Recipe(network=NetworkSpec(latent=LatentSpec(units=16)), seed=3)
    changed = with_kind(recipe, "variational")
    assert (changed.network.latent.units, changed.seed) == (16, 3)
    assert changed.network.encoder == recipe.network.encoder


def test_a_generator_gets_a_gentle_adam_and_batches() -> None:
    training = with_kind(Recipe(), "gan").training
    assert (training.optimizer.learning_rate, training.optimizer.beta1) == (0.0002, 0.5)
    assert training.batch_size == 64


@pytest.mark.parametrize("key", ["variational", "denoising", "classifier", "gan"])
def test_exact_optimisers_give_way_where_numbers_are_drawn(key: str) -> None:
    exact = Recipe(training=TrainingSpec(optimizer=OptimizerSpec(name="bfgs")))
    assert with_kind(exact, key).training.optimizer.name == "adam"
    assert with_kind(exact, "sparse").training.optimizer.name == "bfgs"


def test_a_composition_is_told_part_by_part() -> None:
    recipe = Recipe(
        data=DataSpec(corruption=CorruptionSpec(kind="flip", level=0.1)),
        network=NetworkSpec(latent=LatentSpec(kind="gaussian"), tied=True),
        training=TrainingSpec(l2=1e-4, sparsity=SparsitySpec(weight=0.0)),
    )
    assert kind_of(recipe) == "variational"
    assert composition(recipe) == ("Gaussian code", "Flip", "L2", "tied weights")
