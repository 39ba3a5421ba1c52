"""The objective of an autoencoder: the reconstruction loss and all further terms.

``loss = reconstruction + edges |grad residual|^2 + beta KL + code_l1 |z| + weight KL(rho)
+ contractive |J|^2 + l1 |W| + l2/2 W^2``, each term only where the recipe has it. The
reconstruction of a plain code is the mean over all pixels; that of a gaussian code is the sum over
the pixels of a sample, so that with binary cross-entropy reconstruction plus KL is the negative
evidence lower bound in nats (Kingma and Welling 2013, eq. 10).
"""

from __future__ import annotations

import math
from dataclasses import field, replace
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from aegui.core.formula import torch_function
from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import apply_layer, code_of, pre_activation
from aegui.core.training.losses import LOSSES
from aegui.core.training.step.members import Number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.model import Model

ACTIVE_VARIANCE = 0.01
"""A dimension of a gaussian code is active if its mean has a larger variance (Burda 2016)."""
_EXACT_CODE = 4
"""Largest code size for which the Jacobian of a deep encoder is computed exactly."""


Root = tuple[torch.Tensor, torch.Tensor, float]
"""A tensor, and the gradient of the objective by it: a direction and a factor."""


def is_drawn(resolved: ResolvedRecipe) -> bool:
    """Return whether a step draws random numbers of the code's shape.

    It does for a gaussian code, and for the direction in which the Jacobian of a deep encoder is
    estimated.
    """
    latent = resolved.recipe.network.latent
    is_deep = resolved.code_end > 1 and latent.units > _EXACT_CODE
    return latent.kind == "gaussian" or (is_deep and resolved.recipe.training.contractive > 0)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """One pass of a batch through one stack.

    Attributes:
        loss: The whole objective, ``[K]`` when stacked, else ``[1]``.
        terms: Its terms by key, unweighted, each like ``loss``.
        output: The reconstructions, rows ``[..., D]``.
        mean: The codes, ``[..., d]``; the mean of a gaussian code.
        kl_each: KL of each dimension, ``[..., d]``, averaged over samples; None for a plain code.
    """

    loss: torch.Tensor
    terms: Mapping[str, torch.Tensor] = field(default_factory=dict)
    output: torch.Tensor | None = None
    mean: torch.Tensor | None = None
    kl_each: torch.Tensor | None = None


@dataclass(frozen=True, eq=False)
class _Batch:
    """How to pass a batch through one stack; see ``Objective.evaluate``."""

    model: Model
    stack: int
    beta: float
    noise: torch.Tensor | None
    masks: Mapping[int, torch.Tensor] | None
    training: bool
    jacobian: bool


@dataclass(frozen=True, eq=False)
class _Encoded:
    """Output of the code's layer for a batch.

    Attributes:
        code: The output, as passed to the decoder.
        result: What the contractive penalty differentiates: the code, without its own dropout.
        by: What it differentiates by: the samples, or a single dense layer's pre-activation.
    """

    code: torch.Tensor
    result: torch.Tensor
    by: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Coded:
    """The code of a batch, and the terms that depend on it; ``extra`` is their weighted sum."""

    z: torch.Tensor
    mean: torch.Tensor
    kl_each: torch.Tensor | None
    terms: dict[str, torch.Tensor]
    extra: torch.Tensor | None


class Objective:
    """The objective of an autoencoder's recipe, as a function of a batch."""

    def __init__(self, resolved: ResolvedRecipe) -> None:
        recipe = resolved.recipe
        self._training = recipe.training
        self._latent = recipe.network.latent
        self._code_end = resolved.code_end
        self._layers = resolved.layers
        self._last = resolved.layers[-1]
        self._loss = LOSSES[recipe.training.loss]
        if self._loss.of_logits:
            spec = self._last.spec.model_copy(update={"activation": "identity"})
            self._last = replace(self._last, spec=spec)
        self._pixel_loss = self._loss.function(recipe.training.huber_delta)
        self._image_shape = resolved.dataset.image_shape
        self._code_l1 = Number(resolved, "training.code_l1")
        self._sparsity = Number(resolved, "training.sparsity.weight")
        self.contractive = Number(resolved, "training.contractive")
        """Weight of the contractive penalty."""
        self._l1, self._l2 = (Number(resolved, f"training.{key}") for key in ("l1", "l2"))

    @property
    def is_gaussian(self) -> bool:
        """Whether the code is drawn from a normal distribution."""
        return self._latent.kind == "gaussian"

    def jacobian(
        self, model: Model, stack: int, inputs: torch.Tensor, noise: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the mean over ``inputs`` of the encoder Jacobian's squared Frobenius norm.

        ``noise`` as in ``evaluate``.
        """
        batch = _Batch(model, stack, 0.0, noise, None, False, True)
        with torch.enable_grad():
            return self._jacobian(batch, self._encoded(batch, inputs)).detach()

    def beta(self, epoch: float) -> float:
        """Return the weight of the KL at ``epoch``, rising linearly during the warm-up."""
        warmup = self._latent.kl_warmup_epochs
        return self._latent.beta * (min(1.0, epoch / warmup) if warmup else 1.0)

    def evaluate(
        self,
        model: Model,
        stack: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        *,
        beta: float,
        noise: torch.Tensor | None = None,
        masks: Mapping[int, torch.Tensor] | None = None,
        training: bool = False,
        jacobian: bool = True,
    ) -> Evaluated:
        """Pass a batch through one stack of ``model``, and compute every term.

        Args:
            model: The population.
            stack: Index of one of its stacks.
            inputs: Rows ``[n, D]``, or ``[K, n, D]`` when stacked.
            target: Rows that broadcast to ``inputs``.
            beta: Weight of the KL.
            noise: Standard normal numbers of the code's shape, if ``is_drawn``. Without them a
                gaussian code is its mean, and no Jacobian is estimated.
            masks: Dropout masks, from ``model.masks``.
            training: Whether normalisation uses batch statistics.
            jacobian: Whether the contractive penalty, which needs gradients, is computed.
        """
        batch = _Batch(model, stack, beta, noise, masks, training, jacobian)
        coded = self._code(batch, inputs)
        decoder = slice(self._code_end, len(self._layers))
        output = model.apply(stack, coded.z, decoder, training=training, masks=masks)
        output = output if model.stacked else output.flatten(1)
        reconstruction = self._reconstruction(output, target)
        loss = reconstruction if coded.extra is None else reconstruction + coded.extra
        terms = coded.terms
        if self._training.edges:
            terms["edges"] = self._edges(output, target)
            loss = loss + self._training.edges * terms["edges"]
        if terms or self.contractive:
            terms["reconstruction"] = reconstruction
        return Evaluated(
            loss.reshape(-1),
            {key: term.reshape(-1) for key, term in terms.items()},
            output,
            coded.mean,
            coded.kl_each,
        )

    def answer(
        self, model: Model, stack: int, inputs: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return reconstructions, rows ``[..., D]``, and codes, the mean of gaussian ones."""
        batch = _Batch(model, stack, 0.0, None, None, False, False)
        mean, _, z = self._drawn(self._encoded(batch, inputs).code, None)
        return self.decoded(model, stack, z), mean

    def decoded(self, model: Model, stack: int, codes: torch.Tensor) -> torch.Tensor:
        """Return the decoder's rows ``[..., D]`` for ``codes`` ``[..., d]``, in inference mode."""
        output = model.apply(stack, codes, slice(self._code_end, len(self._layers)))
        return output if model.stacked else output.flatten(1)

    def roots(
        self,
        model: Model,
        stack: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        *,
        beta: float,
        noise: torch.Tensor | None = None,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> list[Root]:
        """Return the roots of a training step's gradient: tensors, and the loss's gradient by each.

        The gradient of a reconstruction by the output is a formula, so that the loss itself, which
        is not used in training, is not computed; with a sigmoid and cross-entropy it is the
        gradient by the pre-activation, output minus target. Arguments as in ``evaluate``.
        """
        batch = _Batch(model, stack, beta, noise, masks, True, True)
        encoded = self._encoded(batch, inputs)
        mean, log_variance, z = self._drawn(encoded.code, noise)
        root = self._root(batch, z)
        with torch.no_grad():
            flat = root if model.stacked else root.flatten(1)
            gradient = self._by_output(flat, target.expand_as(flat))
            roots: list[Root] = [(root, gradient.view(root.shape), 1.0)]
            roots += self._code_roots(batch, mean, log_variance)
        return roots + (self._jacobian_roots(batch, encoded) if self.contractive else [])

    def _code_roots(
        self, batch: _Batch, mean: torch.Tensor, log_variance: torch.Tensor | None
    ) -> list[Root]:
        """Return the roots of the terms that depend on the code."""
        rows, training, beta = mean.shape[-2], self._training, batch.beta
        roots: list[Root] = []
        if log_variance is not None:
            by_mean, by_log = mean, log_variance.exp().sub_(1.0)
            if self._latent.free_bits:
                each = kl_divergence(mean, log_variance).mean(dim=-2, keepdim=True)
                paid = each.ge(self._latent.free_bits)
                by_mean, by_log = by_mean * paid, by_log * paid
            roots += [(mean, by_mean, beta / rows), (log_variance, by_log, beta / (2.0 * rows))]
        if self._code_l1:
            roots.append((mean, *_weighted(batch, mean.sign(), self._code_l1, rows)))
        if self._sparsity:
            slope = sparsity_slope(mean.mean(dim=-2, keepdim=True), training.sparsity.rho)
            roots.append((mean, *_weighted(batch, slope.expand_as(mean), self._sparsity, rows)))
        return roots

    def weight_roots(self, model: Model, stack: int) -> list[Root]:
        """Return the roots of the penalties on the weights of one stack."""
        training = self._training
        roots: list[Root] = []
        with torch.no_grad():
            for weight in model.weights(stack):
                if training.l1:
                    roots.append((weight, weight.sign(), training.l1))
                if training.l2:
                    roots.append((weight, weight, training.l2))
        return roots

    def total(
        self,
        model: Model,
        run: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        noise: torch.Tensor | None,
    ) -> torch.Tensor:
        """Return the objective of one run of an unstacked ``model``.

        It is a differentiable scalar, deterministic in the weights. Cross-entropy is computed from
        the logits, which is exact where a sigmoid saturates.
        ``inputs`` and ``target`` are rows ``[n, D]``; ``noise`` as in ``evaluate``.
        """
        batch = _Batch(model, run, self._latent.beta, noise, None, True, True)
        coded = self._code(batch, inputs)
        root = self._root(batch, coded.z).flatten(1)
        each: torch.Tensor
        if self._loss.of_logits:
            each = torch_function(self._loss.of_logits, "y", "t")(root, target)
        else:
            each = self._pixel_loss(root, target)
        reconstruction = each.mean()
        if self.is_gaussian:
            reconstruction = reconstruction * math.prod(self._image_shape)
        total = reconstruction if coded.extra is None else reconstruction + coded.extra
        if self._training.edges:
            output = torch.sigmoid(root) if self._loss.of_logits else root
            total = total + self._training.edges * self._edges(output, target)
        return total

    def _root(self, batch: _Batch, z: torch.Tensor) -> torch.Tensor:
        """Return the output of ``_last`` for the codes ``z``: the output, or its logits."""
        model, stack, last = batch.model, batch.stack, len(self._layers) - 1
        decoder = slice(self._code_end, last)
        hidden = model.apply(stack, z, decoder, training=batch.training, masks=batch.masks)
        return apply_layer(self._last, model.tensors(stack)[last], hidden)

    def _by_output(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the gradient of the reconstruction by the output of ``_last``."""
        scale = 1.0 / output.shape[-2]
        if not self.is_gaussian:
            scale /= output.shape[-1]
        if self._loss.of_logits:
            output = torch.sigmoid(output)
        gradient = self._loss.gradient(output, target, scale, self._training.huber_delta)
        if self._training.edges:
            more = self._by_edges(output, target) * (2.0 * scale * self._training.edges)
            gradient = gradient + (more * (output * (1 - output)) if self._loss.of_logits else more)
        return gradient

    def _code(self, batch: _Batch, inputs: torch.Tensor) -> _Coded:
        """Encode, and compute every term except the reconstruction."""
        model, stack = batch.model, batch.stack
        encoded = self._encoded(batch, inputs)
        mean, log_variance, z = self._drawn(encoded.code, batch.noise)
        terms: dict[str, torch.Tensor] = {}
        weighted: list[torch.Tensor] = []
        kl_each = None
        if log_variance is not None:
            kl_each = kl_divergence(mean, log_variance).mean(dim=-2)
            terms["kl"] = kl_each.sum(dim=-1)
            weighted.append(self._paid(kl_each, batch.beta))
        if self._code_l1:
            terms["code_l1"] = mean.abs().sum(dim=-1).mean(dim=-1)
            weighted.append(self._code_l1.of(model, stack, 1) * terms["code_l1"])
        if self._sparsity:
            terms["sparsity"] = sparsity(mean.mean(dim=-2), self._training.sparsity.rho)
            weighted.append(self._sparsity.of(model, stack, 1) * terms["sparsity"])
        if batch.jacobian and self.contractive:
            terms["contractive"] = self._jacobian(batch, encoded)
            weighted.append(self.contractive.of(model, stack, 1) * terms["contractive"])
        weighted += self._weight_terms(model, stack, terms)
        extra = None if not weighted else torch.stack(weighted).sum(dim=0)
        return _Coded(z, mean, kl_each, terms, extra)

    def _encoded(self, batch: _Batch, inputs: torch.Tensor) -> _Encoded:
        """Return the code of a batch, and the tensors of the contractive penalty."""
        x, masks = batch.model.shaped(inputs, 0), batch.masks or {}
        is_contracted = batch.jacobian and bool(self.contractive)
        if is_contracted and self._code_end == 1:
            spec, tensors = self._latent, batch.model.tensors(batch.stack)[0]
            z = pre_activation(spec, tensors, x).requires_grad_()
            result = code_of(spec, z)
            return _Encoded(result * masks[0] if 0 in masks else result, result, z)
        if is_contracted:
            x = x.detach().requires_grad_()
        encoder, training = slice(0, self._code_end), batch.training
        code = batch.model.apply(batch.stack, x, encoder, training=training, masks=masks)
        return _Encoded(code, code, x)

    def _drawn(
        self, code: torch.Tensor, noise: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
        """Return mean and log variance of a code, and the code passed to the decoder."""
        if not self.is_gaussian:
            return code, None, code
        mean, log_variance = code.chunk(2, dim=-1)
        if noise is None:
            return mean, log_variance, mean
        return mean, log_variance, torch.addcmul(mean, noise, (log_variance / 2).exp())

    def _paid(self, kl_each: torch.Tensor, beta: float) -> torch.Tensor:
        """Return the penalty for the KL of each dimension.

        With free bits (Kingma 2016, eq. 15) a dimension's KL costs nothing up to a threshold.
        """
        paid = kl_each.clamp(min=self._latent.free_bits) if self._latent.free_bits else kl_each
        return beta * paid.sum(dim=-1)

    def set_terms(
        self, activity: torch.Tensor, kl_each: torch.Tensor | None, beta: float
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """Return the terms that are not means over the samples, and their weighted sum.

        They are functions of means over all samples: average the means of parts of a set, not these
        terms.

        Args:
            activity: Mean code, ``[d]``.
            kl_each: Mean KL of each dimension, ``[d]``; None for a plain code.
            beta: Weight of the KL.
        """
        terms, extra = {}, torch.zeros((), device=activity.device)
        if kl_each is not None:
            extra = extra + self._paid(kl_each, beta)
        if self._training.sparsity.weight:
            terms["sparsity"] = sparsity(activity, self._training.sparsity.rho)
            extra = extra + self._training.sparsity.weight * terms["sparsity"]
        return terms, extra

    def _reconstruction(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        each = self._pixel_loss(output, target.expand_as(output))
        if self.is_gaussian:
            return each.sum(dim=-1).mean(dim=-1)
        return each.mean(dim=(-2, -1))

    def _edges(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the squared error of differences between neighbouring pixels, one number per run.

        Neighbours in rows and columns, each channel separately: the L2 form of the gradient
        difference loss (Mathieu, Couprie and LeCun 2016, eq. 6), a Sobolev norm of the residual.
        """
        squares = [step.square().sum((1, 2, 3)) for step in self._steps(output, target)]
        each = (squares[0] + squares[1]).view(*output.shape[:-1])
        return (each if self.is_gaussian else each / output.shape[-1]).mean(-1)

    def _by_edges(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return half the output gradient of their sum: the residual's negative Laplacian."""
        down, right = self._steps(output, target)
        by_column = F.pad(right, (1, 0, 0, 0)) - F.pad(right, (0, 1, 0, 0))
        by_row = F.pad(down, (0, 0, 1, 0)) - F.pad(down, (0, 0, 0, 1))
        return (by_column + by_row).reshape(*output.shape)

    def _steps(
        self, output: torch.Tensor, target: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the residual's differences down and right, ``[n, C, H - 1, W]`` and so on."""
        miss = (output - target).view(-1, *self._image_shape)
        down = miss[:, :, 1:, :] - miss[:, :, :-1, :]
        return down, miss[:, :, :, 1:] - miss[:, :, :, :-1]

    def _weight_terms(
        self, model: Model, stack: int, terms: dict[str, torch.Tensor]
    ) -> list[torch.Tensor]:
        """Return the weighted L1 and L2 penalties, and add them unweighted to ``terms``."""
        weighted = []
        for key, number, share in (("l1", self._l1, 1.0), ("l2", self._l2, 0.5)):
            if not number:
                continue
            weights = model.weights(stack)
            sizes = [weight.abs() if key == "l1" else weight.square() for weight in weights]
            first = 1 if model.stacked else 0
            terms[key] = torch.stack([size.flatten(first).sum(dim=-1) for size in sizes]).sum(dim=0)
            weighted.append(share * number.of(model, stack, 1) * terms[key])
        return weighted

    def _jacobian(self, batch: _Batch, encoded: _Encoded) -> torch.Tensor:
        """Return the sample mean of the encoder Jacobian's squared Frobenius norm."""
        if self._code_end == 1:
            slope, sizes = self._slope(encoded), self._sizes(batch)
            return (slope.square() * sizes).sum(dim=-1).mean(dim=-1)
        stacked = batch.model.stacked
        squares = [product.square() for product in self._products(batch, encoded)]
        flat = [square if stacked else square.flatten(1) for square in squares]
        return torch.stack([each.sum(dim=-1).mean(dim=-1) for each in flat]).sum(dim=0)

    def _jacobian_roots(self, batch: _Batch, encoded: _Encoded) -> list[Root]:
        """Return the roots of the contractive penalty: the tensors that it squares."""
        rows = encoded.code.shape[-2]
        if self._code_end > 1:
            found = [(product, product.detach()) for product in self._products(batch, encoded)]
        else:
            slope, weight = self._slope(encoded), batch.model.tensors(batch.stack)[0]["weight"]
            with torch.no_grad():
                share = slope.square().sum(dim=-2, keepdim=True) * self._latent.slope**2
                found = [(weight, weight * share)]
                if slope.requires_grad:
                    found.append((slope, slope * self._sizes(batch)))
        with torch.no_grad():
            return [
                (tensor, *_weighted(batch, direction, self.contractive, rows / 2.0))
                for tensor, direction in found
            ]

    def _slope(self, encoded: _Encoded) -> torch.Tensor:
        """Return the derivative of each number of a code by its pre-activation.

        In a top-k code it is zero except for the numbers kept.
        """
        result, by = encoded.result, encoded.by
        (slope,) = torch.autograd.grad(result, by, torch.ones_like(result), create_graph=True)
        return slope

    def _sizes(self, batch: _Batch) -> torch.Tensor:
        """Return the squared norm of the weights of each number of the code.

        Together with the slope they give the Jacobian of a single dense layer: its squared norm is
        ``sum_j f'(z_j)^2 |W_j|^2`` (Rifai et al. 2011, eq. 4).
        """
        weight = batch.model.tensors(batch.stack)[0]["weight"]
        return (weight * self._latent.slope).square().sum(dim=-2, keepdim=batch.model.stacked)

    def _products(self, batch: _Batch, encoded: _Encoded) -> list[torch.Tensor]:
        """Return products with a deep encoder's Jacobian; their squares sum to its squared norm.

        For a small code, the products with each unit vector; for a larger one, that with a random
        direction, an unbiased estimate of the squared norm (Hutchinson 1990).
        """
        result, noise = encoded.result, batch.noise
        directions = [noise]
        if self._latent.units <= _EXACT_CODE:
            units = torch.eye(self._latent.units, dtype=result.dtype, device=result.device)
            directions = [
                batch.model.constant(unit.expand(result.shape).contiguous()) for unit in units
            ]
        return [
            torch.autograd.grad(result, encoded.by, direction, create_graph=True)[0]
            for direction in directions
        ]


def _weighted(
    batch: _Batch, direction: torch.Tensor, weight: Number, rows: float
) -> tuple[torch.Tensor, float]:
    """Return direction and factor of the gradient of a weighted mean over ``rows``."""
    factor = weight.of(batch.model, batch.stack, 3)
    if isinstance(factor, float):
        return direction, factor / rows
    return direction * factor, 1.0 / rows


def kl_divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Return KL(N(mean, var) || N(0, 1)) of each number (Kingma and Welling 2013, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)


def sparsity(activity: torch.Tensor, rho: float) -> torch.Tensor:
    """Return sum_j KL(rho || activity_j) of mean activations ``[..., d]`` in 0..1 (Ng 2011)."""
    active = activity.clamp(1e-6, 1 - 1e-6)
    each = rho * (rho / active).log() + (1 - rho) * ((1 - rho) / (1 - active)).log()
    return each.sum(dim=-1)


def sparsity_slope(activity: torch.Tensor, rho: float) -> torch.Tensor:
    """Return the derivative of ``sparsity`` by each mean activation."""
    active = activity.clamp(1e-6, 1 - 1e-6)
    inside = activity.eq(active)
    return ((1 - rho) / (1 - active) - rho / active) * inside


def active_units(means: torch.Tensor) -> torch.Tensor:
    """Count the dimensions of codes ``[..., n, d]`` with variance above ``ACTIVE_VARIANCE``."""
    if means.shape[-2] < 2:
        return torch.zeros(means.shape[:-2], device=means.device)
    return (means.var(dim=-2) > ACTIVE_VARIANCE).sum(dim=-1).to(torch.float32)
