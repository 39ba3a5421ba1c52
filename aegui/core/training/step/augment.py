"""Random flips and shifts of the images of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.recipe import AugmentSpec


def augmented(
    rows: torch.Tensor, image_shape: Sequence[int], spec: AugmentSpec, generator: torch.Generator
) -> torch.Tensor:
    """Mirror each image with probability 1/2 and shift it by up to ``shift`` pixels each way.

    Args:
        rows: Images ``[1, n, C*H*W]``.
        image_shape: Channels, height and width.
        spec: Which augmentations to apply.
        generator: The source of randomness, on the device of ``rows``.
    """
    count, device = rows.shape[1], rows.device
    images = rows.reshape(count, *image_shape)
    if spec.flip:
        mirrored = torch.rand(count, generator=generator, device=device) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
    if spec.shift:
        images = _shifted(images, spec.shift, generator)
    return images.reshape(1, count, -1)


def _shifted(images: torch.Tensor, shift: int, generator: torch.Generator) -> torch.Tensor:
    """Shift every image by its own whole number of pixels, filling with zeros at the border."""
    count, channels, height, width = images.shape
    padded = F.pad(images, (shift, shift, shift, shift))
    device = images.device
    span = 2 * shift + 1
    down, across = (
        torch.randint(span, (count, 1), generator=generator, device=device) for _ in range(2)
    )
    rows = down + torch.arange(height, device=device)
    columns = across + torch.arange(width, device=device)
    number = torch.arange(count, device=device)
    return padded[
        number[:, None, None, None],
        torch.arange(channels, device=device)[None, :, None, None],
        rows[:, None, :, None],
        columns[:, None, None, :],
    ]
