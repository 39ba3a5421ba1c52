"""``aegui sample``: new images of a model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.images import write_images
from aegui.commands.opened import OpenedRun
from aegui.core.errors import AeguiError
from aegui.core.evaluation.samples import draws_codes, sample_images
from aegui.core.i18n import tr
from aegui.core.latent.grids import GridSpec, draw_grid

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec


def sample_command(options: argparse.Namespace) -> int:
    """Write new images."""
    run = OpenedRun.of(options)
    refuse_plain_code(run)
    images = _images(run.codec, options)
    glyphs = run.dataset.is_binary
    write_images(options.out, images, "samples", scale=options.scale, glyphs=glyphs, ink=False)
    run.say_written(len(images), options.out)
    return 0


def _images(codec: Codec, options: argparse.Namespace) -> NDArray[np.float32]:
    """The images asked for, ``[n, C, H, W]``: drawn at random, or a square of quantiles."""
    if options.quantiles is None:
        return sample_images(codec, options.count, options.seed)
    dims = _dims(options.quantiles, codec.latent_size)
    side = math.isqrt(options.count)
    # A code of one number has one row.
    is_line = codec.latent_size == 1
    spec = GridSpec(dims, options.count if is_line else side, side)
    images = draw_grid(codec, spec, np.zeros(codec.latent_size))
    return images.reshape(-1, *codec.image_shape)


def _dims(text: str, latent: int) -> tuple[int, int]:
    """Two numbers of the code, counted from 0, from ``1,2``."""
    parts = text.split(",")
    if len(parts) == 2 and all(part.strip().isdecimal() for part in parts):
        first, second = (int(part) - 1 for part in parts)
        if all(0 <= place < max(latent, 2) for place in (first, second)) and first != second:
            return first, second
    raise AeguiError(
        tr(
            "--quantiles is {text}; it must be two different numbers from 1 to {most}, such as "
            "1,2.",
            text=text,
            most=latent,
        )
    )


def refuse_plain_code(run: OpenedRun) -> None:
    """Refuse a run that makes no images of codes that are drawn.

    Raises:
        AeguiError: It is one.
    """
    if not draws_codes(run.saved.recipe):
        raise AeguiError(
            tr(
                "{file} has a plain code: no distribution is known from which new codes could be "
                "drawn. Use a GAN or a variational autoencoder.",
                file=run.file,
            )
        )
