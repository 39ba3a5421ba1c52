"""``aegui map``: write the latent map as a picture, as decoded images or as a layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.opened import OpenedRun
from aegui.commands.places import dimensions, numbers
from aegui.commands.progress import shown_share
from aegui.commands.words import say
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.densities import placed
from aegui.core.latent.field_picture import field_picture
from aegui.core.latent.fields import FIELDS, compute_field
from aegui.core.latent.frame import axes_frame, cell_centres, rect_about
from aegui.core.latent.novelty import known
from aegui.core.latent.sheets import grid_of_decodes, png_bytes, sheet_scale, write_sheet
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    import argparse

    from aegui.core.latent.fields import Field
    from aegui.core.latent.frame import Frame

    Rect = tuple[float, float, float, float]

IMAGES = "images"
"""Key of the layer of decoded images."""
MAX_CELLS = 1_000
_COLUMNS = {IMAGES: 20}
_FIELD_COLUMNS = 200
_SIDE_PX = 800
_PRIOR_REACH = 3.0


def map_command(options: argparse.Namespace) -> int:
    """Write the map as a picture, or the values of a layer as CSV."""
    key = options.layer
    if key != IMAGES and key not in FIELDS:
        raise AeguiError(
            tr(
                "There is no layer {key}: choose one of {known}.",
                key=key,
                known=", ".join([IMAGES, *FIELDS]),
            )
        )
    suffixes = (".png",) if key == IMAGES else (".png", ".csv")
    check_writable(options.out, suffixes)
    model = OpenedRun.of(options)
    if key == IMAGES or FIELDS[key].decodes:
        model.refuse_no_decoder()
    frame = plane_frame(model, options.axes)
    rect = plane_rect(model, frame, options.rect)
    columns = options.columns or _COLUMNS.get(key, _FIELD_COLUMNS)
    # Cells are square on a plane; one-dimensional codes have a single row.
    rows = max(1, round(columns * (rect[3] - rect[1]) / (rect[2] - rect[0])))
    rows = min(MAX_CELLS, rows) if any(frame.up) else 1
    if key == IMAGES:
        xs, ys = cell_centres(rect[0], rect[2], columns), cell_centres(rect[1], rect[3], rows)
        sheet_scale(model.codec.image_shape, columns * rows, columns, options.scale)
        with shown_share() as (report, cancelled):
            images = grid_of_decodes(model.codec, frame, xs, ys, report, cancelled)
        write_sheet(
            options.out, images, None, options.scale, ink=model.glyphs, about=model.origin()
        )
        if options.json:
            model.say_json(options.out, layer=key, rect=list(rect), columns=columns, rows=rows)
        else:
            model.say_written(columns * rows, options.out)
        return 0
    field = _field(model, key, frame, rect, columns, rows)
    _write(options, model, frame, field)
    return 0


def _field(model: OpenedRun, key: str, frame: Frame, rect: Rect, columns: int, rows: int) -> Field:
    spec = FIELDS[key]
    if spec.needs_prior and not model.has_prior:
        raise AeguiError(
            tr(
                "{layer}: codes of this network have no prior to compare with.",
                layer=tr(spec.label),
            )
        )
    codes = variances = None
    if model.codec.can_encode and spec.needs_encoder:
        codes, variances = model.distribution
    with shown_share() as (report, cancelled):
        return compute_field(
            key,
            model.codec,
            known(model.dataset, model.glyphs),
            codes,
            variances,
            frame,
            rect,
            columns,
            rows,
            cancelled,
            report,
        )


def _write(options: argparse.Namespace, model: OpenedRun, frame: Frame, field: Field) -> None:
    spec = FIELDS[field.key]
    if Path(options.out).suffix.lower() == ".csv":
        write_atomically(options.out, _csv(field).encode())
    else:
        scale = options.scale or max(1, round(_SIDE_PX / max(field.values.shape)))
        codes = np.zeros((0, frame.size), np.float32) if model.codes is None else model.codes
        picture = field_picture(field, scale, placed(frame, np.nan_to_num(codes)))
        write_atomically(options.out, png_bytes(picture, model.origin()))
    if options.json:
        rows, columns = field.values.shape
        ends: dict[str, Any] = {"low": field.low, "high": field.high}
        if field.classes:
            ends = {"classes": list(field.classes)}
        model.say_json(
            options.out,
            layer=field.key,
            rect=list(field.rect),
            columns=columns,
            rows=rows,
            **ends,
        )
        return
    if field.classes:
        seen = np.unique(field.values).astype(int)
        names = ", ".join(field.classes[number] for number in seen.tolist())
        say(tr("{layer}: {names}.", layer=tr(spec.label), names=names))
    else:
        say(
            tr(
                "{layer}: from {low:.3g} ({low_words}) to {high:.3g} ({high_words}).",
                layer=tr(spec.label),
                low=field.low,
                low_words=tr(spec.low),
                high=field.high,
                high_words=tr(spec.high),
            )
        )
    say(model.words)
    say(tr("Written to {file}.", file=options.out))


def _csv(field: Field) -> str:
    """Return x, y and the value, or class, of every cell as CSV."""
    x0, y0, x1, y1 = field.rect
    rows, columns = field.values.shape
    xs, ys = cell_centres(x0, x1, columns).tolist(), cell_centres(y0, y1, rows).tolist()
    cells = [
        [f"{x:.6g}", f"{y:.6g}", field.classes[int(value)] if field.classes else f"{value:.6g}"]
        for y, line in zip(ys, field.values.tolist(), strict=True)
        for x, value in zip(xs, line, strict=True)
    ]
    return csv_text(["x", "y", field.key], cells)


def plane_frame(model: OpenedRun, axes: str | None) -> Frame:
    """Return the plane of two numbers of the code that ``--axes`` selects.

    Raises:
        AeguiError: ``axes`` does not name two different numbers of the code.
    """
    size = model.codec.latent_size
    if axes is None:
        chosen = (0, min(1, size - 1))
    else:
        named = dimensions("--axes", axes, size)
        if len(named) != min(2, size):
            raise AeguiError(
                tr("--axes {text}: two different numbers of the code, such as 1,2.", text=axes)
            )
        chosen = (named[0], named[-1])
    return axes_frame(chosen, model.middle)


def plane_rect(model: OpenedRun, frame: Frame, text: str | None) -> Rect:
    """Return the rectangle given by ``--rect``, else the extent of the prior or of the codes.

    Raises:
        AeguiError: ``text`` is no rectangle.
    """
    if text is not None:
        return _asked_rect(text)
    if model.has_prior or model.codes is None:
        return -_PRIOR_REACH, -_PRIOR_REACH, _PRIOR_REACH, _PRIOR_REACH
    return rect_about(placed(frame, np.nan_to_num(model.codes)))


def _asked_rect(text: str) -> Rect:
    match numbers("--rect", text):
        # Codes are of single precision: ends that are equal in it leave nothing between them.
        case [x0, y0, x1, y1] if np.float32(x0) < np.float32(x1) and np.float32(y0) < np.float32(
            y1
        ):
            return x0, y0, x1, y1
    raise AeguiError(
        tr("--rect {text}: left, lower, right and upper end, such as -1,-1,1,1", text=text)
    )
