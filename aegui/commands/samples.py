"""``aegui sample`` and ``nearest``: generate images, and search those nearest to given ones."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.cost import refuse_excess
from aegui.commands.images import (
    check_images_form,
    check_images_path,
    images_cost,
    is_sheet,
    write_images,
)
from aegui.commands.opened import OpenedRun
from aegui.commands.places import sample_called, unknown_image
from aegui.commands.progress import shown_share
from aegui.commands.provenance import about_machine, drawn_words, machine_words
from aegui.commands.words import note, say, say_json, table_text
from aegui.core.atomic import check_writable
from aegui.core.data.load import read_source
from aegui.core.data.picture import image_suffixes
from aegui.core.errors import AeguiError
from aegui.core.evaluation.samples import sample_images
from aegui.core.i18n import localized, tr
from aegui.core.latent.grids import GridSpec, draw_grid
from aegui.core.latent.inversion import nearest_drawn
from aegui.core.latent.sheets import sheet_scale, write_sheet
from aegui.core.recipe import ImageSpec

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.inversion import Inversion

_SHOWN_NUMBERS = 4


def sample_command(options: argparse.Namespace) -> int:
    """Write generated images."""
    check_images_path(options.out)
    run = OpenedRun.of(options)
    run.require_prior()
    glyphs = run.dataset.is_binary
    shape = run.codec.image_shape
    grid = None if options.quantiles is None else _grid(run.codec, options)
    count = options.count if grid is None else grid.columns * grid.rows
    check_images_form(options.out, shape, "samples", count, glyphs=glyphs)
    scale = 1
    if is_sheet(options.out):
        scale = sheet_scale(shape, count, math.ceil(math.sqrt(count)), options.scale)
    refuse_excess(images_cost(options.out, run.codec, count, scale), allowed=options.yes)
    images = _images(run.codec, options, grid)
    draw_seed = options.seed if grid is None else None
    write_images(
        options.out,
        images,
        "samples",
        scale=options.scale,
        glyphs=glyphs,
        ink=False,
        about=run.origin(draw_seed=draw_seed),
    )
    if options.json:
        run.say_json(options.out, images=len(images), draw_seed=draw_seed)
        return 0
    run.say_written(len(images), options.out)
    if draw_seed is not None:
        say(drawn_words(draw_seed))
    return 0


def _images(
    codec: Codec, options: argparse.Namespace, grid: GridSpec | None
) -> NDArray[np.float32]:
    """Return the images requested, ``[n, C, H, W]``: those of ``grid``, or drawn at random."""
    if grid is None:
        with shown_share() as (report, cancelled):
            return sample_images(codec, options.count, options.seed, report, cancelled)
    images = draw_grid(codec, grid, np.zeros(codec.latent_size))
    return images.reshape(-1, *codec.image_shape)


def _grid(codec: Codec, options: argparse.Namespace) -> GridSpec:
    """Return the grid of at most ``--count`` images: a square, or a row of a code of one number."""
    dims = _dims(options.quantiles, codec.latent_size)
    if codec.latent_size == 1:
        return GridSpec(dims, options.count, 1)
    side = math.isqrt(options.count)
    return GridSpec(dims, side, side)


def _dims(text: str, latent: int) -> tuple[int, int]:
    """Parse two numbers of the code, such as ``1,2``, to indices from 0."""
    parts = text.split(",")
    if len(parts) == 2 and all(part.strip().isdecimal() for part in parts):
        first, second = (int(part) - 1 for part in parts)
        if all(0 <= axis < max(latent, 2) for axis in (first, second)) and first != second:
            return first, second
    raise AeguiError(
        tr(
            "--quantiles is {text}; it must be two different numbers from 1 to {most}, such as "
            "1,2.",
            text=text,
            most=latent,
        )
    )


def nearest_command(options: argparse.Namespace) -> int:
    """Search for the images nearest to given ones that a network can generate."""
    if options.out is not None:
        check_writable(options.out, (".png",))
    run = OpenedRun.of(options)
    run.require_prior()
    codec, requested = run.codec, [_requested(run, text) for text in options.images]
    found = []
    with shown_share() as (report, cancelled):
        for number, image in enumerate(requested):
            if report is not None:
                report(number / len(requested))
            found.append(nearest_drawn(codec, image, options.seed, options.seconds, cancelled))
    if options.json:
        say_json(
            {
                **run.about(),
                "search_seed": options.seed,
                **about_machine(),
                "images": [
                    _nearest_json(*both) for both in zip(options.images, found, strict=True)
                ],
            }
        )
    else:
        lines = [
            [
                name,
                localized(one.error, ".4f"),
                localized(one.chance, ".4f"),
                _rest(one),
                _code_text(one.z),
            ]
            for name, one in zip(options.images, found, strict=True)
        ]
        head = [tr("image"), tr("error"), tr("of a random one"), tr("search"), tr("code")]
        say(table_text(head, lines))
        say(
            tr(
                "Each search starts with seed {seed} and takes {seconds:g} s at most.",
                seed=options.seed,
                seconds=options.seconds,
            )
        )
        say(run.words)
        say(machine_words())
    if options.out is not None:
        pairs = [
            (image, one.image.reshape(image.shape))
            for image, one in zip(requested, found, strict=True)
        ]
        images = np.stack([image for pair in pairs for image in pair])
        write_sheet(options.out, images, 2, options.scale, ink=run.glyphs, about=run.origin())
        note(tr("{path}: each image beside the nearest that is drawn.", path=options.out))
    return 0


def _requested(run: OpenedRun, text: str) -> NDArray[np.float32]:
    """Return the image ``[C, H, W]`` that ``text`` names: a file, or a sample by label or name."""
    channels, height, width = run.codec.image_shape
    path = Path(text).expanduser()
    if not path.is_file():
        sample = sample_called(run.dataset, text)
        if sample is None:
            raise AeguiError(unknown_image(run.dataset, text))
        image = run.dataset.images[sample]
    elif path.suffix.lower() in image_suffixes():
        # ``model_copy`` skips the lower bound on sizes: the network may take smaller images.
        shape = {"channels": channels, "height": height, "width": width}
        image = read_source(text, ImageSpec().model_copy(update=shape)).dataset.images[0]
    else:
        image = read_source(text).dataset.images[0]
    if image.shape != (channels, height, width):
        raise AeguiError(
            tr(
                "{file}: its images are not {width}x{height}, as those of the network.",
                file=text,
                width=width,
                height=height,
            )
        )
    return np.asarray(image, np.float32)


def _nearest_json(name: str, found: Inversion) -> dict[str, Any]:
    return {
        "image": name,
        "error": found.error,
        "chance": found.chance,
        "complete": found.complete,
        "code": found.z.tolist(),
    }


def _rest(found: Inversion) -> str:
    return tr("converged") if found.complete else tr("time ran out")


def _code_text(code: NDArray[np.float32]) -> str:
    more = ", ..." if len(code) > _SHOWN_NUMBERS else ""
    return ", ".join(f"{number:.3f}" for number in code[:_SHOWN_NUMBERS]) + more
