"""Explanation of a failed training in words, by comparison with the mean image.

An autoencoder that has learnt nothing about its samples gives the same image for all of them; the
best such image is their mean. A network that is not clearly better has failed, provided the noise
leaves room for improvement. Causes are named only where the recipe or the history shows them, the
likeliest first, and causes that the first one would also explain are omitted: a network of a
hundred layers, or one trained at a rate of 1,000, gets no advice on its widths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import posterior
from aegui.core.evaluation.likelihoods import is_known
from aegui.core.formula import numpy_function
from aegui.core.i18n import joined, localized, sentences, tr, trn
from aegui.core.latent.codec import Codec
from aegui.core.latent.pca import pca_reference
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.sampled import stride_for
from aegui.core.seeds import BASELINE_SEED
from aegui.core.training.cost import rows_of
from aegui.core.training.length import planned_epochs
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.terms import TERMS, equations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import OptimizerSpec, Recipe
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import Reason
    from aegui.core.training.record.snapshot import Snapshot

    Matrix = NDArray[np.float64]


_SAMPLES = 4096
_DRAWS = 2048
"""Noisy samples on which the lowest possible loss is estimated."""
_MAX_COMPARED = 1 << 28
"""Upper bound of the numbers compared for the estimate; beyond it the lowest loss is unknown."""
_TINY = 1e-6
_LEVELS = 101
"""Number of answers between 0 and 1 tried for losses without a formula for the best answer."""


def mean_image_loss(resolved: ResolvedRecipe) -> float:
    """Return the reconstruction loss of a constant mean image, in the recipe's units."""
    training = resolved.recipe.training
    rows = _some_rows(resolved, _SAMPLES)
    each = _loss(training.loss, training.huber_delta, rows, rows.mean(axis=0))
    return _in_units(resolved, each)


def best_loss(resolved: ResolvedRecipe) -> float | None:
    """Return the lowest reconstruction loss that any network can reach with the recipe's noise.

    This is the loss of the best answer to each of some drawn noisy samples, given the posterior of
    the clean sample (see ``evaluation.bayes``). Without noise it is the loss of the samples
    themselves: 0, except for the cross-entropy of grey samples, which is their entropy.

    Returns:
        An estimate of the loss in the recipe's units; None if unknown: for grey or too many
        samples, for noise without known probabilities, and where the noise itself is learnt.
    """
    recipe, dataset = resolved.recipe, resolved.dataset
    noise = recipe.data.corruption
    if not noise.clean_target:
        return None
    training = recipe.training
    if not noise.is_noisy:
        rows = _some_rows(resolved, _SAMPLES)
        return _in_units(resolved, _loss(training.loss, training.huber_delta, rows, rows))
    rows = _some_rows(resolved, len(dataset))
    has_limit = dataset.is_binary and is_known(noise.kind)
    if not has_limit or rows.size * _DRAWS > _MAX_COMPARED:
        return None
    clean = np.tile(rows, (-(-_DRAWS // len(rows)), 1))
    shape = dataset.image_shape
    noisy = corrupted_with(clean, noise, np.random.default_rng(BASELINE_SEED), shape)
    share_on = posterior(noisy, rows, noise, image_shape=shape) @ rows
    return _in_units(resolved, _least(training.loss, training.huber_delta, share_on))


def _some_rows(resolved: ResolvedRecipe, most: int) -> Matrix:
    """Return at most ``most`` training samples, evenly spaced."""
    flat = resolved.dataset.flat()
    learnt, _ = split_indices(len(flat), resolved.recipe.data.split)
    rows: Matrix = flat[learnt[:: stride_for(len(learnt), most)]].astype(np.float64)
    return rows


def _in_units(resolved: ResolvedRecipe, each: Matrix) -> float:
    """Reduce losses per pixel to the recipe's unit: a gaussian code sums over pixels."""
    gaussian = resolved.recipe.network.latent.kind == "gaussian"
    return float(each.sum(axis=1).mean() if gaussian else each.mean())


def _loss(key: str, delta: float, target: Matrix, output: Matrix) -> Matrix:
    row = LOSSES[key]
    if row.of_logits:
        output = np.clip(output, _TINY, 1 - _TINY)
    return row.each(output, target, delta)


def _least(key: str, delta: float, share_on: Matrix) -> Matrix:
    """Return the lowest expected loss of pixels that are on with probability ``share_on``."""
    best = LOSSES[key].best
    if not best:
        levels = np.linspace(0.0, 1.0, _LEVELS)
        chances = levels[:, np.newaxis]
        expected = chances * _loss(key, delta, np.ones(1), levels)
        expected = expected + (1 - chances) * _loss(key, delta, np.zeros(1), levels)
        least: Matrix = np.interp(share_on, levels, expected.min(axis=1))
        return least
    answers = numpy_function(best, "p")(share_on)
    lit, off = (_loss(key, delta, np.full(1, value), answers) for value in (1.0, 0.0))
    return share_on * lit + (1 - share_on) * off


MIN_GAIN = 0.1
"""Share of the possible improvement over the mean image above which something has been learnt."""
_MIN_IMPROVEMENT = 0.05
"""Minimum share by which the lowest possible loss must beat the mean image for a diagnosis."""
SILENT_KL = 0.05
"""Nats per sample below which a gaussian code carries no information."""
_FULL = 1000.0
_FEW_EPOCHS = 5
_FEW_SHARE = 0.05
"""Share of the planned epochs up to which only the length of a stopped training is blamed."""
_SETTLED = frozenset({"patience", "converged"})
_FEWEST_STEPS = 50
"""Steps below which a training has hardly begun and is not diagnosed."""
_STILL_FALLING = 0.005
"""A loss that fell by more than this share of the possible improvement in the last fifth of the
epochs was still falling."""
_MANY_LAYERS = 12
"""Consecutive layers with weights and without normalisation from which gradients vanish."""
_MANY_SIGMOIDS = 5
"""The same for sigmoid layers, whose derivative is at most a quarter."""
_SHOWN = 64
"""Number of samples whose reconstructions are compared in each run."""
_RUNS_LOOKED_AT = 3
"""Maximum number of runs whose reconstructions are compared."""
_ALIKE = 0.02
"""Reconstructions are alike if they vary less than this share of the samples' variation."""
_PCA_ROWS = 1024
_MAX_PCA_NUMBERS = 1 << 24


def diagnosis(
    resolved: ResolvedRecipe,
    history: HistoryView,
    last: Snapshot | None = None,
    reason: Reason = "stopped",
) -> str:
    """Explain what went wrong in an autoencoder's training and what to try; "" if nothing did.

    Args:
        resolved: The training.
        history: Its recorded rows.
        last: The last weights, to check whether their reconstructions are all alike.
        reason: Why it ended.
    """
    recipe = resolved.recipe
    other = recipe.gan is not None or recipe.classifier is not None
    if other or not len(history) or _steps(resolved, history) < _FEWEST_STEPS:
        return ""
    if resolved.dataset.is_uniform or len(resolved.dataset) < 2:
        # The mean image is the correct answer to every sample.
        return ""
    noise = recipe.data.corruption
    if noise.kind != "none" and not noise.clean_target:
        return ""  # the network learns the noise
    base, best = mean_image_loss(resolved), best_loss(resolved)
    improvement = base - (best or 0.0)
    reached = float(np.nanmin(_column(history), initial=np.inf))
    if improvement <= _MIN_IMPROVEMENT * base or not reached >= base - MIN_GAIN * improvement:
        return ""
    losses = {"reached": _number(reached, ".4g"), "base": _number(base, ".4g")}
    if reached < base:
        first = tr(
            "It has learnt little beyond the mean image: its reconstruction loss is {reached}, "
            "that of always answering the mean is {base}.",
            **losses,
        )
    else:
        first = tr(
            "It is no better than the mean image: its reconstruction loss is {reached}, that of "
            "always answering the mean is {base}.",
            **losses,
        )
    if last is not None and _are_alike(resolved, last):
        alike = tr("Its reconstructions are all the same, whatever the input.")
        first = f"{first} {alike}"
    if best is None:
        # A better loss may be impossible with that noise: name only certain causes.
        return " ".join([first, *_rate_cause(recipe.training.optimizer, history)])
    return " ".join([first, *_causes(resolved, history, base, improvement, reason)])


def _number(value: float, spec: str) -> str:
    """Format ``value`` by ``spec``, or as a grouped integer if it is large."""
    return localized(value, ",.0f" if abs(value) >= _FULL else spec)


def divergence(recipe: Recipe, lost: int) -> str:
    """Explain that ``lost`` runs diverged, and list remedies that the recipe suggests."""
    if recipe.runs == 1:
        first = tr("The training diverged and was ended with its last good weights.")
    else:
        first = tr(
            "{lost:,} of {runs:,} runs diverged and were ended with their last good weights.",
            lost=lost,
            runs=recipe.runs,
        )
    training, found = recipe.training, []
    optimizer = training.optimizer
    if optimizer.learning_rate > OPTIMIZERS[optimizer.name].usual_rate:
        found.append(tr("a lower learning rate"))
    if optimizer.name not in SCIPY_OPTIMIZERS and training.clip_norm is None:
        found.append(tr("gradient clipping"))
    network = recipe.network
    layers = (*network.encoder, network.latent, *(network.decoder or ()))
    if "cosh" in [network.output_activation, *(getattr(it, "activation", "") for it in layers)]:
        found.append(tr("another activation than cosh"))
    if network.latent.kind == "gaussian" and not network.latent.kl_warmup_epochs:
        found.append(tr("epochs in which the KL warms up"))
    if not found:
        return first
    return sentences(first, tr("What may help: {options}.", options=joined(", ", found)))


def _are_alike(resolved: ResolvedRecipe, last: Snapshot) -> bool:
    """Return whether each run reconstructs all samples as practically the same image."""
    dataset = resolved.dataset
    flat = dataset.flat()
    rows = flat[:: max(1, len(flat) // _SHOWN)][:_SHOWN]
    differing = float(rows.std(axis=0).mean())
    for run in range(min(resolved.recipe.runs, _RUNS_LOOKED_AT)):
        codec = Codec(resolved.recipe, dataset.image_shape, last, run)
        spread = float(codec.reconstruct(rows).std(axis=0).mean())
        if not spread < _ALIKE * differing:
            return False
    return True


def _column(history: HistoryView) -> NDArray[np.float32]:
    """Return the reconstruction loss ``[n, K]``, infinite where a run diverged."""
    column = history.extra.get("reconstruction", history.loss)
    return np.where(np.isfinite(column), column, np.float32(np.inf))


def _steps(resolved: ResolvedRecipe, history: HistoryView) -> float:
    """Return the number of optimiser steps done."""
    rows, batch = rows_of(resolved)
    return float(history.epoch[-1]) * -(-rows // batch)


def _causes(
    resolved: ResolvedRecipe,
    history: HistoryView,
    base: float,
    improvement: float,
    reason: Reason,
) -> Iterable[str]:
    """Return the causes found by the first check that finds any, likeliest first."""
    optimizer = resolved.recipe.training.optimizer
    for found in (
        _rate_cause(optimizer, history),
        # What outweighs the reconstruction at the beginning often does not later. A training that
        # ended since nothing improved any more would only end again.
        [_few_epochs()] if reason not in _SETTLED and _has_just_begun(resolved, history) else [],
        _penalty_causes(resolved.recipe, history),
        _length_cause(optimizer, history, improvement),
        _depth_cause(resolved),
        _width_cause(resolved, base, improvement),
    ):
        if found:
            return found
    return ()


def _has_just_begun(resolved: ResolvedRecipe, history: HistoryView) -> bool:
    return _FEW_EPOCHS < float(history.epoch[-1]) <= _FEW_SHARE * planned_epochs(resolved)


def _rate_cause(optimizer: OptimizerSpec, history: HistoryView) -> list[str]:
    """Check whether the highest rate used, perhaps set during training, was too high."""
    rate = float(np.nanmax(history.learning_rate))
    if rate < OPTIMIZERS[optimizer.name].high_rate:
        return []
    return [
        tr(
            "A learning rate of {rate:g} is far too high for {optimizer}: try {better:g}.",
            rate=rate,
            optimizer=tr(OPTIMIZERS[optimizer.name].label),
            better=OPTIMIZERS[optimizer.name].usual_rate,
        )
    ]


def _penalty_causes(recipe: Recipe, history: HistoryView) -> list[str]:
    """Check for penalties that outweigh the reconstruction, and for a code without information."""
    causes = []
    last = {key: float(np.nanmean(column[-1])) for key, column in history.extra.items()}
    latent = recipe.network.latent
    if latent.beta > 0.0 and last.get("kl", np.inf) < SILENT_KL:
        values = {"kl": last["kl"]}
        if latent.kl_warmup_epochs:
            text = tr("The code carries no information (KL {kl:.2g} nats): lower beta.", **values)
        else:
            text = tr(
                "The code carries no information (KL {kl:.2g} nats): lower beta, or "
                "let it warm up.",
                **values,
            )
        causes.append(text)
    for summand in equations(recipe)[0].summands:
        weighed = summand.weight * last.get(summand.key, 0.0)
        if summand.key in {"", "loss", "reconstruction", "kl"}:
            continue
        if weighed > last.get("reconstruction", np.inf):
            causes.append(
                tr(
                    "“{penalty}” outweighs the reconstruction ({weighed}): lower its weight.",
                    penalty=tr(TERMS[summand.key].label),
                    weighed=_number(weighed, ".3g"),
                )
            )
    return causes


def _length_cause(optimizer: OptimizerSpec, history: HistoryView, improvement: float) -> list[str]:
    """Check whether training ended too early: the loss was still falling, or had few epochs."""
    column = _column(history)
    lowest = np.minimum.accumulate(column, axis=0)
    before = int(np.searchsorted(history.epoch, 0.8 * history.epoch[-1], side="right")) - 1
    fell = float(np.max(lowest[before] - lowest[-1], initial=0.0, where=np.isfinite(lowest[-1])))
    few = float(history.epoch[-1]) <= _FEW_EPOCHS
    if not few and fell <= _STILL_FALLING * improvement:
        return []
    rate = float(history.learning_rate[-1])
    if rate < OPTIMIZERS[optimizer.name].low_rate:
        return [
            tr(
                "The loss was still falling, and a learning rate of {rate:g} is low for "
                "{optimizer}: continue the training, or try {better:g}.",
                rate=rate,
                optimizer=tr(OPTIMIZERS[optimizer.name].label),
                better=OPTIMIZERS[optimizer.name].usual_rate,
            )
        ]
    if few:
        return [_few_epochs()]
    return [tr("The loss was still falling: continue the training.")]


def _few_epochs() -> str:
    return tr("It has had only few epochs: continue the training.")


def _depth_cause(resolved: ResolvedRecipe) -> list[str]:
    longest, sigmoids = 0, 0
    row, steep = 0, 0
    for layer in resolved.layers[:-1]:  # the last layer gets the loss's gradient directly
        if layer.spec.kind in {"batch_norm", "layer_norm"}:
            row, steep = 0, 0
        elif _has_weights(layer):
            row += 1
            steep += getattr(layer.spec, "activation", "") == "sigmoid"
        longest, sigmoids = max(longest, row), max(sigmoids, steep)
    if longest < _MANY_LAYERS and sigmoids < _MANY_SIGMOIDS:
        return []
    if longest >= _MANY_LAYERS:
        text = trn(
            "Through {n} layer in a row hardly any gradient arrives: use fewer, or put Layer norm "
            "between them.",
            "Through {n} layers in a row hardly any gradient arrives: use fewer, or put Layer norm "
            "between them.",
            longest,
        )
        return [text]
    return [
        tr(
            "The gradient vanishes through {n:,} layers with Sigmoid: use Tanh, or fewer layers.",
            n=sigmoids,
        )
    ]


def _has_weights(layer: LayerShape) -> bool:
    return layer.tied_to is not None or any(tensor.role == "weight" for tensor in layer.tensors)


def _width_cause(resolved: ResolvedRecipe, base: float, improvement: float) -> list[str]:
    """Check whether even the best linear code of the narrowest layer's width would fail."""
    inner = [layer.outputs for layer in resolved.layers[:-1] if _has_weights(layer)]
    units = min(inner, default=0)
    flat = resolved.dataset.flat()
    rows = flat[:: stride_for(len(flat), _PCA_ROWS)]
    if not 0 < units < min(rows.shape) or rows.size > _MAX_PCA_NUMBERS:
        return []
    training = resolved.recipe.training
    try:
        linear = pca_reference(rows, units, training.loss, training.huber_delta)
    except AeguiError:
        return []
    if resolved.recipe.network.latent.kind == "gaussian":
        linear *= resolved.dataset.pixels
    if linear < base - MIN_GAIN * improvement:
        return []
    return [tr("A layer of {units:,} units is narrow for such images: use more.", units=units)]
