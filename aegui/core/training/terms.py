r"""The terms of an objective: what a training records of each, and how each is written.

``Term`` is a row of a table: the window labels charts and numbers by it, and the engine fills
``HistoryView.extra`` with exactly the terms that ``options_of`` lists (``loss`` has a column of its
own). Values are recorded *without* their weight; KL is in nats.

Formulas are written in a small subset of TeX that the window renders: ``_{}`` and ``^{}``,
``\frac{}{}``, ``\hat{}``, ``\tilde{}``, ``\sum``, ``\op{name}`` for upright names, and
letters, with Greek ones written as Unicode characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.choices import table
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.history import HistoryView


@dataclass(frozen=True)
class Term:
    """One number that is recorded in every row of a history."""

    key: str
    """Its name in histories and files."""
    label: str
    """Display name, marked."""
    help: str
    """Explanation in plain words, marked."""
    formula: str
    """Its formula, without its weight."""
    chart: str
    """Key of the chart that draws it."""


@dataclass(frozen=True)
class Summand:
    """One summand of an equation, as configured by a recipe."""

    key: str
    """Term whose recorded value is shown under it; empty if none is recorded."""
    formula: str
    """The summand, with the symbol of its weight."""
    weight: float
    """Factor of the recorded value in the sum."""
    help: str
    """What the summand does, marked."""


@dataclass(frozen=True)
class Equation:
    """``left = summand + summand + ...``; ``key`` is the term of the left side."""

    left: str
    key: str
    summands: tuple[Summand, ...]


TERMS = table(
    Term("loss", mark("Loss"), mark("What training minimises: the sum of all terms."), "L", "loss"),
    Term(
        "reconstruction",
        mark("Reconstruction"),
        mark("How far the output is from the clean image."),
        r"\op{E}(x, \hat{x})",
        "split",
    ),
    Term(
        "kl",
        mark("KL divergence"),
        mark("Nats by which the codes differ from the standard normal prior."),
        r"\op{KL}(q(z|x) ‖ \op{N}(0, I))",
        "split",
    ),
    Term(
        "edges",
        mark("Edges"),
        mark("Squared error of the differences between neighbours: blurred edges cost much."),
        r"‖∇(x − \hat{x})‖^2",
        "split",
    ),
    Term(
        "active_units",
        mark("Active units"),
        mark("Dimensions of the code that carry information: their mean varies more than 0.01."),
        r"\op{AU}",
        "active",
    ),
    Term(
        "code_l1",
        mark("L1 of the code"),
        mark("Sum of the code's absolute values, averaged over the samples."),
        r"‖z‖_1",
        "penalties",
    ),
    Term(
        "sparsity",
        mark("Sparsity"),
        mark("How far the mean activation of each unit of the code is from rho."),
        r"\sum_{j} \op{KL}(ρ ‖ \hat{ρ}_j)",
        "penalties",
    ),
    Term(
        "contractive",
        mark("Contraction"),
        mark("How strongly the code responds to small changes of the input."),
        r"‖∂z / ∂x‖_F^2",
        "penalties",
    ),
    Term(
        "l1", mark("L1 of the weights"), mark("Sum of the absolute weights."), r"‖W‖_1", "weights"
    ),
    Term(
        "l2",
        mark("L2 of the weights"),
        mark("Sum of the squared weights."),
        r"‖W‖_2^2",
        "weights",
    ),
    Term(
        "validation_loss",
        mark("Validation loss"),
        mark("The loss on the held-out samples."),
        r"L_\op{val}",
        "loss",
    ),
    Term(
        "validation_wrong",
        mark("Wrong pixels, held out"),
        mark("Mean wrong pixels of the held-out samples, without noise."),
        r"\op{n}_\op{val}",
        "wrong",
    ),
    Term(
        "accuracy",
        mark("Accuracy"),
        mark("Share of the samples classified correctly."),
        r"\op{acc}",
        "accuracy",
    ),
    Term(
        "validation_accuracy",
        mark("Validation accuracy"),
        mark("Share of the held-out samples classified correctly."),
        r"\op{acc}_\op{val}",
        "accuracy",
    ),
    Term(
        "generator_loss",
        mark("Generator"),
        mark("Small when the discriminator takes its images for real ones."),
        r"L_G",
        "adversary",
    ),
    Term(
        "discriminator_loss",
        mark("Discriminator"),
        mark("Small when real and generated images are told apart; 1.39 when it only guesses."),
        r"L_D",
        "adversary",
    ),
    Term(
        "real_score",
        mark("Real images"),
        mark("Mean probability that the discriminator gives to real images."),
        r"D(x)",
        "scores",
    ),
    Term(
        "fake_score",
        mark("Generated images"),
        mark("Mean probability that the discriminator gives to generated images."),
        r"D(g(z))",
        "scores",
    ),
    Term(
        "class_loss",
        mark("Classes of real images"),
        mark("Cross-entropy of the discriminator's class, in nats."),
        r"−\op{log} p(y|x)",
        "adversary_classes",
    ),
    Term(
        "conditional_entropy",
        mark("Classes of generated images"),
        mark("Mean entropy of the class that the discriminator predicts, in nats."),
        r"H(p(y|g(z)))",
        "adversary_classes",
    ),
    Term(
        "evaluations",
        mark("Evaluations"),
        mark("Number of evaluations of the objective."),
        r"\op{n}",
        "evaluations",
    ),
)


def options_of(recipe: Recipe) -> tuple[str, ...]:
    """Return the keys of the terms that training ``recipe`` records, ``loss`` first."""
    if recipe.gan is not None:
        of_classes = ("class_loss", "conditional_entropy") if recipe.gan.class_weight else ()
        scores = ("real_score", "fake_score")
        return ("loss", "generator_loss", "discriminator_loss", *scores, *of_classes)
    validation = recipe.data.split.keeps
    if recipe.classifier is not None:
        keys = ["loss", *(key for key, weight in _weight_penalties(recipe) if weight), "accuracy"]
        return (*keys, *(("validation_loss", "validation_accuracy") if validation else ()))
    parts = _parts(recipe)
    keys = ["loss", *(("reconstruction", *parts) if parts else ())]
    if recipe.network.latent.kind == "gaussian":
        keys.append("active_units")
    if validation:
        keys += ["validation_loss", "validation_wrong"]
    if recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        keys.append("evaluations")
    return tuple(keys)


def loss_unit(recipe: Recipe) -> str:
    """Return the unit of the loss of ``recipe``; translate it with ``tr``."""
    if recipe.gan is not None or recipe.classifier is not None:
        return mark("nats")
    row = LOSSES[recipe.training.loss]
    return row.per_image if recipe.network.latent.kind == "gaussian" else row.per_pixel


def terms_at(history: HistoryView, epoch: float, run: int) -> dict[str, float]:
    """Return the finite terms of ``run`` in the row of ``history`` nearest to ``epoch``."""
    row = history.nearest_row(epoch)
    if row is None:
        return {}
    columns = {"loss": history.loss, **history.extra}
    values = {key: float(column[row, run]) for key, column in columns.items()}
    return {key: value for key, value in values.items() if np.isfinite(value)}


def _weight_penalties(recipe: Recipe) -> tuple[tuple[str, float], ...]:
    return ("l1", recipe.training.l1), ("l2", recipe.training.l2)


def _parts(recipe: Recipe) -> tuple[str, ...]:
    """Return the keys of the terms added to the reconstruction of an autoencoder."""
    training = recipe.training
    penalties = (
        ("edges", training.edges),
        ("code_l1", training.code_l1),
        ("sparsity", training.sparsity.weight),
        ("contractive", training.contractive),
        *_weight_penalties(recipe),
    )
    gaussian = ("kl",) if recipe.network.latent.kind == "gaussian" else ()
    return (*gaussian, *(key for key, weight in penalties if weight))


def equations(recipe: Recipe) -> tuple[Equation, ...]:
    """Return the objective of ``recipe`` as equations."""
    if recipe.gan is not None:
        return _adversarial(recipe.gan.class_weight)
    if recipe.classifier is not None:
        first = _cross_entropy(recipe)
        keys = tuple(key for key, weight in _weight_penalties(recipe) if weight)
    else:
        keys = _parts(recipe)
        first = _reconstruction(recipe, "reconstruction" if keys else "loss")
    return (Equation("L", "loss", (first, *(_penalty(recipe, key) for key in keys))),)


def definitions(recipe: Recipe) -> tuple[str, ...]:
    """Return definitions of the symbols in the equations, as far as they depend on the recipe."""
    latent = recipe.network.latent
    if recipe.gan is not None:
        return (r"z ∼ \op{N}(0, I)", *_sums_of_classes(recipe.gan.class_weight))
    noisy = recipe.data.corruption.kind != "none"
    source = r"\tilde{x}" if noisy else "x"
    found = []
    if latent.kind == "gaussian":
        found.append(rf"q(z|{source}) = \op{{N}}(μ, σ^2)")
        found.append(r"z = μ + σ ε")
    elif latent.top_k is not None:
        largest = "top" if latent.top_by == "value" else "top|·|"
        found.append(rf"z = \op{{{largest}}}_{{{latent.top_k}}} f({source})")
    else:
        found.append(f"z = f({source})")
    if recipe.classifier is not None:
        found.append(r"\hat{y} = \op{softmax} h(z)")
    else:
        found.append(r"\hat{x} = g(z)")
    if noisy:
        found.append(rf"\tilde{{x}} = x + \op{{{tr('noise')}}}")
    return tuple(found)


def _sums_of_classes(weight: float) -> tuple[str, ...]:
    """Return what discriminator and generator minimise with class weights; empty without."""
    if not weight:
        return ()
    return (
        rf"\op{{min}}_D (L_D + {weight:g} L_y)",
        rf"\op{{min}}_G (L_G + {weight:g} (H_y − H(\op{{{tr('mean')}}} p)))",
    )


def _reconstruction(recipe: Recipe, key: str) -> Summand:
    loss = LOSSES[recipe.training.loss]
    noise = recipe.data.corruption
    target = "x_i" if noise.kind == "none" or noise.clean_target else r"\tilde{x}_i"
    pixel = rf"\op{{{loss.symbol}}}({target}, \hat{{x}}_i)"
    total = rf"\sum_{{i}} {pixel}"
    if recipe.network.latent.kind != "gaussian":
        total = rf"\frac{{1}}{{n}} {total}"
    return Summand(key, total, 1.0, loss.meaning)


def _cross_entropy(recipe: Recipe) -> Summand:
    alone = not any(weight for _, weight in _weight_penalties(recipe))
    return Summand(
        "loss" if alone else "",
        r"\op{CE}(y, \hat{y})",
        1.0,
        mark("Cross-entropy of the true class."),
    )


def _penalty(recipe: Recipe, key: str) -> Summand:
    training, latent = recipe.training, recipe.network.latent
    symbol, weight = {
        "kl": ("" if latent.beta == 1.0 else "β ", latent.beta),
        "edges": ("λ_e ", training.edges),
        "code_l1": ("λ_z ", training.code_l1),
        "sparsity": ("λ_s ", training.sparsity.weight),
        "contractive": ("λ_c ", training.contractive),
        "l1": ("λ_1 ", training.l1),
        "l2": (r"\frac{λ_2}{2} ", training.l2 / 2),
    }[key]
    return Summand(key, symbol + TERMS[key].formula, weight, TERMS[key].help)


def _adversarial(class_weight: float) -> tuple[Equation, ...]:
    """Return the equations of Goodfellow et al. 2014, with the non-saturating generator loss."""
    real = mark("Small when the discriminator takes real images for real.")
    fake = mark("Small when the discriminator takes generated images for generated.")
    fool = TERMS["generator_loss"].help
    return (
        Equation(
            "L_D",
            "discriminator_loss",
            (
                Summand("", r"−\op{log} D(x)", 1.0, real),
                Summand("", r"−\op{log}(1 − D(g(z)))", 1.0, fake),
            ),
        ),
        Equation("L_G", "generator_loss", (Summand("", r"−\op{log} D(g(z))", 1.0, fool),)),
        *(_of_classes() if class_weight else ()),
    )


def _of_classes() -> tuple[Equation, ...]:
    """Return the additional class terms of a GAN with classes (Springenberg 2016)."""
    terms = (("L_y", TERMS["class_loss"]), ("H_y", TERMS["conditional_entropy"]))
    return tuple(
        Equation(left, term.key, (Summand("", term.formula, 1.0, term.help),))
        for left, term in terms
    )
