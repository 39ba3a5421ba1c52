"""``aegui complete``: let a network fill in a missing part of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.figure_files import PICTURES, make_figure, write_figures
from aegui.commands.images import check_images_path
from aegui.commands.noise import check_answers, read_images, write_answers
from aegui.commands.opened import OpenedRun
from aegui.commands.option import check_different
from aegui.commands.progress import shown_work
from aegui.commands.words import say
from aegui.core.atomic import check_writable
from aegui.core.data.progress import Progress, images_done
from aegui.core.errors import AeguiError
from aegui.core.evaluation.repairs import complete
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import tr, trn
from aegui.session.data.image_style import image_style_of
from aegui.widgets.answer_columns import COLUMNS

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset

_CHUNK = 1_024
"""Images that are completed at a time."""


def complete_command(options: argparse.Namespace) -> int:
    """Erase a rectangle of images, let a network fill it in, and write the results."""
    check_images_path(options.out, folders=False)
    if options.figure:
        check_different("--out", options.out, "--figure", options.figure)
        check_writable(options.figure, PICTURES)
    run = OpenedRun.of(options)
    run.refuse_no_autoencoder()
    check_answers(options, run)
    images = read_images(options.inputs, run.codec)
    missing = _missing(options.erase, images.image_shape)
    flat = np.asarray(images.flat())
    with shown_work() as (report, cancelled):
        progress = Progress(len(flat), images_done, report, cancelled)
        parts = []
        for start in range(0, len(flat), _CHUNK):
            progress.reached(start)
            some = flat[start : start + _CHUNK]
            parts.append(
                complete(
                    run.codec,
                    some,
                    missing,
                    options.times,
                    threshold=options.threshold,
                    cancelled=cancelled,
                )
            )
    drawn = np.concatenate(parts)
    glyphs = run.saved.dataset.is_binary
    write_answers(options, run, images, drawn.reshape(images.images.shape))
    if options.figure:
        _write_figure(options.figure, run, images, missing, drawn)
    part, of = drawn[:, missing], flat[:, missing]
    error = float((wrong_pixels(of, part) if glyphs else np.square(part - of)).mean())
    if options.json:
        key = "wrong_pixels" if glyphs else "mse"
        count = int(missing.sum())
        run.say_json(options.out, images=len(drawn), erased=count, **{key: error})
        return 0
    _say(options.out, len(drawn), int(missing.sum()), error, glyphs=glyphs)
    say(run.words)
    return 0


def _missing(text: str, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return the mask ``[C * H * W]`` of the rectangle ``x,y,w,h``, counted from the upper left."""
    channels, height, width = shape
    try:
        x, y, erased_width, erased_height = (int(part) for part in text.split(","))
    except ValueError:
        x = y = erased_width = erased_height = -1
    inside = 0 <= x < x + erased_width <= width and 0 <= y < y + erased_height <= height
    if not inside:
        raise AeguiError(
            tr(
                "--erase {text}: first column and row, from 0, then width and height, within the "
                "image of {width} x {height} pixels, such as 0,0,{half},{height}.",
                text=text,
                width=width,
                height=height,
                half=max(1, width // 2),
            )
        )
    found = np.zeros((channels, height, width), bool)
    found[:, y : y + erased_height, x : x + erased_width] = True
    return found.reshape(-1)


def _say(path: str, images: int, erased: int, error: float, *, glyphs: bool) -> None:
    """Print the error of the completed part, measured on the images given."""
    say(trn("{n:,} image completed: {file}", "{n:,} images completed: {file}", images, file=path))
    if glyphs:
        text = tr(
            "On average {wrong:.2f} of the {n:,} erased pixels differ from the given image.",
            n=erased,
            wrong=error,
        )
    else:
        text = tr(
            "Mean squared difference of the {n:,} erased numbers from the given image: {error:.4f}",
            n=erased,
            error=error,
        )
    say(text)


def _write_figure(
    path: str,
    run: OpenedRun,
    images: Dataset,
    missing: NDArray[np.bool_],
    drawn: NDArray[np.float32],
) -> None:
    """Write the images given, the erased ones and the completed ones as three rows of a figure."""
    shape = images.images.shape
    holed = np.where(missing, np.float32(0.0), images.flat()).reshape(shape)
    rows = [
        (tr(COLUMNS["original"]), list(np.asarray(images.images))),
        (tr(COLUMNS["erased"]), list(holed)),
        (tr(COLUMNS["completed"]), list(drawn.reshape(shape))),
    ]
    origin = run.origin(data=images.name, samples=len(images))
    title = tr("Completion: {name}", name=run.saved.recipe.name)
    figure = make_figure("reconstructions", rows, image_style_of(run.dataset), title, origin)
    write_figures([path], figure)
