"""``aegui export``: write a trained network, or glyphs, as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.loading import loaded_set
from aegui.commands.opened import OpenedRun
from aegui.commands.options import EXPORT
from aegui.commands.words import note, note_unused, say, say_json
from aegui.core.atomic import check_writable
from aegui.core.data.fonts import write_font
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network_files import ONNX, WEIGHTS, default_part, drawn_font, write_network
from aegui.core.run_file.saved import SUFFIX

if TYPE_CHECKING:
    import argparse

_FONTS = (".h", ".bdf")


def export_command(options: argparse.Namespace) -> int:
    """Write the kind of file that the suffix of ``--out`` selects."""
    path = Path(options.out)
    check_writable(path, (ONNX, WEIGHTS, *_FONTS))
    suffix = path.suffix.lower()
    is_run = Path(options.source).suffix.lower() == SUFFIX
    if not is_run and suffix not in _FONTS:
        raise AeguiError(tr("Only a saved run, an .aegui file, has a network to write."))
    model = OpenedRun(options.source, options.run, options.weights) if is_run else None
    about: dict[str, Any] = {"file": options.source} if model is None else model.about()
    if suffix in _FONTS:
        if model is None:
            font = loaded_set(options.source)
        else:
            font = drawn_font(model.codec, model.dataset, model.name)
        write_font(path, font)
        about["characters"] = len(font)
    elif model is not None:
        part = options.part or default_part(model.codec)
        classes = model.saved.dataset.classes
        write_network(path, model.codec, model.origin(), part, classes)
        about["part"] = part if suffix == ONNX else None
    if model is not None and not options.json:
        note(model.words)
    unused = set() if suffix == ONNX else {"--part"}
    note_unused(unused if is_run else {"--part", "--run", "--weights"}, EXPORT, options)
    if options.json:
        say_json({**about, "out": options.out})
    else:
        say(tr("Written to {file}.", file=options.out))
    return 0
