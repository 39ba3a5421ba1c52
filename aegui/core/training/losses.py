"""The losses behind the loss keys, pixel by pixel, for autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch


def loss_function(
    key: str, huber_delta: float
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The loss of each pixel, ``(output, target) -> tensor of their shape``."""
    if key == "bce":
        return _cross_entropy
    if key == "mse":
        return lambda output, target: F.mse_loss(output, target, reduction="none")
    if key == "mae":
        return lambda output, target: F.l1_loss(output, target, reduction="none")
    if key == "huber":
        return lambda output, target: F.huber_loss(
            output, target, reduction="none", delta=huber_delta
        )
    raise ValueError(f"there is no loss {key!r}")


def _cross_entropy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy that gives NaN for NaN, where torch's own raises."""
    loss = F.binary_cross_entropy(output.nan_to_num(0.5), target, reduction="none")
    return loss + (output - output).detach()
