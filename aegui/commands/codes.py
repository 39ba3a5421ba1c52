"""``aegui encode`` and ``aegui decode``: between images and points of the latent space."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.figure_files import CSV
from aegui.commands.images import write_images
from aegui.commands.opened import OpenedRun
from aegui.commands.places import checked_code, numbers
from aegui.commands.words import note, say
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

_BLACK_AND_WHITE = {".txt", ".h"}


def encode_command(options: argparse.Namespace) -> int:
    """Write the code of every sample as CSV."""
    is_printed = options.out in {None, "-"}
    if not is_printed:
        check_writable(options.out, (CSV,))
    run = OpenedRun.of(options)
    codec, dataset = run.codec, run.dataset
    codes = codec.encode(dataset.flat())
    if is_printed and options.json:
        names = {"labels": list(dataset.labels), "names": list(dataset.names)}
        run.say_json(None, **_encoded(run), **names, codes=codes.tolist())
        return 0
    text = csv_text(
        ["label", "name", *(f"z{i + 1}" for i in range(codec.latent_size))],
        (
            [label, name, *(f"{value:.9g}" for value in code)]
            for label, name, code in zip(dataset.labels, dataset.names, codes, strict=True)
        ),
    )
    if is_printed:
        sys.stdout.write(text)
    else:
        write_atomically(options.out, text.encode())
        if options.json:
            run.say_json(options.out, **_encoded(run))
            return 0
        say(tr("Written to {file}.", file=options.out))
    note(run.words)
    return 0


def _encoded(run: OpenedRun) -> dict[str, Any]:
    """Return what the codes are of, for JSON."""
    return {
        "data": run.dataset.name,
        "samples": len(run.dataset),
        "numbers": run.codec.latent_size,
    }


def decode_command(options: argparse.Namespace) -> int:
    """Decode the points and write the images, or print them as text."""
    points = [_point(text) for text in options.at]
    if options.out == "-":
        options.out = None
    run = OpenedRun.of(options)
    run.refuse_no_decoder()
    for text, point in zip(options.at, points, strict=True):
        checked_code(run.codec, "--at", text, point)
    decoded = np.clip(np.nan_to_num(run.codec.decode(points)), 0, 1)
    images = decoded.reshape(-1, *run.dataset.image_shape)
    if options.out is not None or not options.json:
        _write(options, run, images, points)
    if options.json:
        pixels = {} if options.out is not None else {"images": images.tolist()}
        run.say_json(options.out, codes=points, **pixels)
        return 0
    if options.out is not None:
        say(tr("Written to {file}.", file=options.out))
    note(run.words)
    return 0


def _write(
    options: argparse.Namespace,
    run: OpenedRun,
    images: NDArray[np.float32],
    points: list[list[float]],
) -> None:
    if options.out is None:
        for image in images:
            say(_drawn(image))
        return
    labels = [", ".join(f"{value:g}" for value in point) for point in points]
    write_images(
        options.out,
        images,
        "decoded",
        labels,
        scale=options.scale,
        # Text holds no grey levels.
        glyphs=run.glyphs or Path(options.out).suffix.lower() in _BLACK_AND_WHITE,
        ink=False,
        about=run.origin(),
    )


def _point(text: str) -> list[float]:
    point = numbers("--at", text)
    if point is None:
        raise AeguiError(
            tr("--at {text}: a point is numbers with commas between them: 0.3,-1.2", text=text)
        )
    return point


def _drawn(image: NDArray[np.float32]) -> str:
    """Return an image as text, two characters a pixel, dark to light in five steps."""
    shades = " .:+#"
    levels = np.rint(image.mean(axis=0) * (len(shades) - 1)).astype(int)
    return "\n".join("".join(shades[level] * 2 for level in row) for row in levels) + "\n"
