from __future__ import annotations

import numpy as np
import pytest

from aegui.core.i18n import set_language
from aegui.core.recipe import (
    ClassifierSpec,
    CorruptionSpec,
    DataSpec,
    GanSpec,
    LatentSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    SparsitySpec,
    SplitSpec,
    TrainingSpec,
)
from aegui.core.training.record.history import History
from aegui.core.training.terms import TERMS, definitions, equations, options_of, terms_at

VARIATIONAL = Recipe(network=NetworkSpec(latent=LatentSpec(kind="gaussian", beta=4.0)))


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(), ("loss",)),
        (VARIATIONAL, ("loss", "reconstruction", "kl", "active_units")),
        (
            Recipe(training=TrainingSpec(l2=1e-4, sparsity=SparsitySpec(weight=0.1))),
            ("loss", "reconstruction", "sparsity", "l2"),
        ),
        (
            Recipe(classifier=ClassifierSpec(), data=DataSpec(split=SplitSpec(validation=0.1))),
            ("loss", "accuracy", "validation_loss", "validation_accuracy"),
        ),
        (
            Recipe(data=DataSpec(split=SplitSpec(validation=0.1))),
            ("loss", "validation_loss", "validation_wrong"),
        ),
        (
            Recipe(gan=GanSpec()),
            ("loss", "generator_loss", "discriminator_loss", "real_score", "fake_score"),
        ),
        (
            Recipe(gan=GanSpec(class_weight=2.0)),
            (
                *("loss", "generator_loss", "discriminator_loss", "real_score", "fake_score"),
                *("class_loss", "conditional_entropy"),
            ),
        ),
        (
            Recipe(training=TrainingSpec(optimizer=OptimizerSpec(name="bfgs"))),
            ("loss", "evaluations"),
        ),
    ],
)
def test_each_family_records_its_own_terms(recipe: Recipe, expected: tuple[str, ...]) -> None:
    assert options_of(recipe) == expected
    assert set(expected) <= set(TERMS)


def test_the_equation_of_a_variational_autoencoder_has_two_summands() -> None:
    (equation,) = equations(VARIATIONAL)
    assert [(part.key, part.weight) for part in equation.summands] == [
        ("reconstruction", 1.0),
        ("kl", 4.0),
    ]
    assert equation.summands[1].formula.startswith("β ")
    assert "frac" not in equation.summands[0].formula


def test_a_plain_loss_is_its_own_reconstruction() -> None:
    (equation,) = equations(Recipe())
    assert [part.key for part in equation.summands] == ["loss"]
    assert r"\frac{1}{n}" in equation.summands[0].formula


def test_every_summand_of_an_autoencoder_is_recorded() -> None:
    training = TrainingSpec(
        l1=1.0, l2=1.0, code_l1=1.0, contractive=1.0, edges=1.0, sparsity=SparsitySpec(weight=1.0)
    )
    recipe = VARIATIONAL.model_copy(update={"training": training})
    (equation,) = equations(recipe)
    assert {part.key for part in equation.summands} <= set(options_of(recipe))
    assert len(equation.summands) == 8
    assert equation.summands[-1].weight == 0.5


def test_a_noisy_target_stands_in_the_objective() -> None:
    noise = CorruptionSpec(kind="flip", level=0.1)
    for clean in (True, False):
        spec = noise.model_copy(update={"clean_target": clean})
        (equation,) = equations(Recipe(data=DataSpec(corruption=spec)))
        (summand,) = equation.summands
        assert (r"BCE}(x_i" in summand.formula) == clean
        assert (r"BCE}(\tilde{x}_i" in summand.formula) != clean


def test_definitions_tell_noise_and_the_kind_of_code() -> None:
    noisy = DataSpec(corruption=CorruptionSpec(kind="flip", level=0.1))
    assert r"\tilde{x} = x + \op{noise}" in definitions(Recipe(data=noisy))
    set_language("es")
    assert r"\tilde{x} = x + \op{ruido}" in definitions(Recipe(data=noisy))
    set_language("en")
    kept = Recipe(network=NetworkSpec(latent=LatentSpec(units=8, top_k=3)))
    assert r"z = \op{top}_{3} f(x)" in definitions(kept)
    assert len(equations(Recipe(gan=GanSpec()))) == 2
    with_classes = Recipe(gan=GanSpec(class_weight=2.5))
    assert [equation.left for equation in equations(with_classes)] == ["L_D", "L_G", "L_y", "H_y"]
    assert r"\op{min}_D (L_D + 2.5 L_y)" in definitions(with_classes)


def test_the_terms_are_those_of_one_run_at_one_epoch() -> None:
    history = History(2, ("kl", "accuracy"))
    assert terms_at(history.view(), 0, 0) == {}
    plain = dict.fromkeys(("wrong_mean", "wrong_max", "share_at_most_1"), 0.0)
    for epoch, kl in enumerate(([9.0, 8.0], [2.0, np.nan])):
        history.append(epoch=epoch, seconds=1, learning_rate=0.1, loss=[1.0, 3.0], kl=kl, **plain)
    assert terms_at(history.view(), 0.4, 1) == {"loss": 3.0, "kl": 8.0}
    assert terms_at(history.view(), 1, 0) == {"loss": 1.0, "kl": 2.0}
    assert terms_at(history.view(), 1, 1) == {"loss": 3.0}
