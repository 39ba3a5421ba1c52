"""Inputs for the layers of a classifier: codes of all samples, kept in memory if they fit."""

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

MAX_BYTES = 2**30
"""Largest size of the codes kept in memory; larger ones are computed batch by batch."""
UNBOUNDED = "gaussian of any number"
_CHUNK_NUMBERS = 2**22
"""Maximum number of values of the widest layer held in memory while codes are computed."""


class CodeRows:
    """Outputs of the first ``depth`` layers of the encoder for the clean training samples.

    The layers are applied in inference mode, without dropout and with the learnt statistics of a
    batch normalisation. With ``depth`` 0 the rows are the images themselves.

    Attributes:
        target: Rows ``[1 or K, n, D]``: the codes if they are kept, else the images.
        is_cached: Whether the codes are kept in memory.
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
        self.is_cached = depth > 0 and 4 * model.runs * self.rows * width <= MAX_BYTES
        self._done = 0 if self.is_cached else self.rows
        self.target = as_numbers(self._images) if self.full_batch else self._images
        if self.is_cached:
            self.target = torch.empty(model.runs, self.rows, width, device=self.device)
        self.inputs = self.target

    @property
    def is_ready(self) -> bool:
        """Whether all kept codes have been computed."""
        return self._done >= self.rows

    def prepare(self) -> None:
        """Compute the next chunk of the kept codes."""
        stop = min(self.rows, self._done + chunk_rows(self._model, self._depth))
        images = as_numbers(self._images[0, self._done : stop]).to(self.device)
        for stack, codes in enumerate(self.target):
            codes[self._done : stop] = codes_of(self._model, stack, images, self._depth)
        self._done = stop


def chunk_rows(model: Model, depth: int) -> int:
    """Return the number of samples that may pass ``depth`` layers at a time."""
    widest = max(max(layer.inputs, layer.outputs) for layer in model.layers[: max(1, depth)])
    return max(1, _CHUNK_NUMBERS // widest)


def codes_of(model: Model, stack: int, images: torch.Tensor, depth: int) -> torch.Tensor:
    """Return the first ``depth`` layers' output for ``images`` ``[n, D]``: ``[n, width]``."""
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
    """Return the rows ``clean``, corrupted as far as the noise applies to them.

    For numbers outside of 0..1 Gaussian noise is not clipped, and salt and pepper or flips set as
    many numbers to zero instead, as blocks do for rows that are no images (``image_shape`` None).
    """
    if spec.kind == "none":
        return clean
    out = torch.empty_like(clean)
    kind = effective_noise(spec.kind, is_bounded=is_bounded, is_image=image_shape is not None)
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
    """Emit lines that compute the same, with the same random numbers, from ``clean`` to ``out``.

    ``g`` must be in scope.
    """
    kind = effective_noise(spec.kind, is_bounded=is_bounded, is_image=image_shape is not None)
    source.line(f"level = {spec.level!r}", 0)
    if kind == UNBOUNDED:
        source.line(f"{out}.normal_(0.0, level, generator=g).add_({clean})", 0)
    else:
        emit_corruption(source, kind, clean, out, 0, image_shape)


def effective_noise(kind: str, *, is_bounded: bool, is_image: bool) -> str:
    """Return the kind of noise to use for rows that may not be images, or between 0 and 1."""
    is_known = not CORRUPTIONS[kind].neighbours or is_image
    if is_known and (is_bounded or kind == "masking"):
        return kind
    return UNBOUNDED if kind == "gaussian" else "masking"
