"""What the layers of a classifier are fed with: codes of all samples, kept where they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.data.corruption import corrupt_into
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.recipe import CorruptionSpec
from aegui.core.training.step.program import emit_corruption
from aegui.core.training.step.samples import as_numbers

if TYPE_CHECKING:
    from aegui.core.training.step.model import Model
    from aegui.core.training.step.program import Source
    from aegui.core.training.step.samples import Samples

MOST_BYTES = 2**30
"""Codes of all samples are kept in memory up to this size, else made batch by batch."""
UNBOUNDED = "gaussian of any number"
_CHUNK_NUMBERS = 2**22
"""Numbers of the widest layer that are in memory at a time while codes are made."""


class CodeRows:
    """The clean training samples as they leave the first ``depth`` layers of the encoder.

    The layers are used as they are, without dropout and with the statistics of a batch
    normalisation that have been learnt. With ``depth`` 0 the rows are the images themselves.

    Attributes:
        target: Rows ``[1 or K, n, D]``: the codes where they are kept, else the images.
        is_kept: Whether they are.
    """

    fresh_noise = False
    noise_per_batch = False
    noisy_target = False
    corruption = CorruptionSpec()

    def __init__(self, model: Model, samples: Samples, depth: int) -> None:
        self._model = model
        self._depth = depth
        self._images = samples.clean
        self.device = samples.device
        self.image_shape = samples.image_shape if depth == 0 else None
        self.rows = samples.clean.shape[1]
        self.batch_rows = min(samples.batch_rows, self.rows)
        self.full_batch = self.batch_rows == self.rows
        width = model.layers[depth].inputs
        self.is_kept = depth > 0 and 4 * model.runs * self.rows * width <= MOST_BYTES
        self._done = 0 if self.is_kept else self.rows
        self.target = as_numbers(self._images) if self.full_batch else self._images
        if self.is_kept:
            self.target = torch.empty(model.runs, self.rows, width, device=self.device)
        self.inputs = self.target

    @property
    def is_ready(self) -> bool:
        """Whether all codes that are kept have been made."""
        return self._done >= self.rows

    def prepare(self) -> None:
        """Make some more of the codes that are kept."""
        stop = min(self.rows, self._done + chunk_rows(self._model, self._depth))
        images = as_numbers(self._images[0, self._done : stop]).to(self.device)
        for stack, codes in enumerate(self.target):
            codes[self._done : stop] = codes_of(self._model, stack, images, self._depth)
        self._done = stop

    def codes(self, stack: int, rows: torch.Tensor) -> torch.Tensor:
        """What a batch ``[1 or K, n, D]`` of ``target`` is for one stack: ``[n, width]``."""
        own = rows[stack if len(rows) > 1 else 0]
        return own if self.is_kept else codes_of(self._model, stack, own, self._depth)


def chunk_rows(model: Model, depth: int) -> int:
    """Samples that may go through ``depth`` layers at a time."""
    widest = max(max(layer.inputs, layer.outputs) for layer in model.layers[: max(1, depth)])
    return max(1, _CHUNK_NUMBERS // widest)


def codes_of(model: Model, stack: int, images: torch.Tensor, depth: int) -> torch.Tensor:
    """What the first ``depth`` layers, in use, make of ``images`` ``[n, D]``: ``[n, width]``."""
    if depth == 0:
        return images
    with torch.no_grad():
        return model.apply(stack, model.shaped(images, 0), slice(0, depth)).flatten(1)


def corrupted_codes(
    clean: torch.Tensor,
    spec: CorruptionSpec,
    generator: torch.Generator,
    *,
    is_bounded: bool,
    image_shape: tuple[int, int, int] | None = None,
) -> torch.Tensor:
    """The rows ``clean``, corrupted; codes that are not between 0 and 1 as far as that makes sense.

    Of numbers that do not lie in 0..1 Gaussian noise is not cut off, and salt and pepper or flips
    are as many zeros; so is a block of what is no image, of ``image_shape`` None.
    """
    if spec.kind == "none":
        return clean
    out = torch.empty_like(clean)
    kind = meant_noise(spec.kind, is_bounded=is_bounded, is_image=image_shape is not None)
    if kind == UNBOUNDED:
        return out.normal_(0.0, spec.level, generator=generator).add_(clean)
    corrupt_into(clean, out, spec.model_copy(update={"kind": kind}), generator, image_shape)
    return out


def emit_corrupted(
    source: Source,
    clean: str,
    out: str,
    spec: CorruptionSpec,
    *,
    is_bounded: bool,
    image_shape: tuple[int, int, int] | None,
) -> None:
    """Lines that do the same, and draw the same numbers, from ``clean`` to ``out``.

    ``g`` is in scope.
    """
    kind = meant_noise(spec.kind, is_bounded=is_bounded, is_image=image_shape is not None)
    source.line(f"level = {spec.level!r}", 0)
    if kind == UNBOUNDED:
        source.line(f"{out}.normal_(0.0, level, generator=g).add_({clean})", 0)
    else:
        emit_corruption(source, kind, clean, out, 0, image_shape)


def meant_noise(kind: str, *, is_bounded: bool, is_image: bool) -> str:
    """What a kind of noise is for rows, which may not be images, nor between 0 and 1."""
    is_known = not CORRUPTIONS[kind].neighbours or is_image
    if is_known and (is_bounded or kind == "masking"):
        return kind
    return UNBOUNDED if kind == "gaussian" else "masking"
