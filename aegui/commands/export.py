"""``aegui export``: write a trained network, or glyphs, as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.loading import loaded_set
from aegui.commands.opened import OpenedRun
from aegui.commands.options import EXPORT
from aegui.commands.words import note, note_unused, say
from aegui.core.atomic import check_writable
from aegui.core.data.fonts import write_font
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network_files import ONNX, WEIGHTS, drawn_font, write_network
from aegui.core.run_file.saved import SUFFIX

if TYPE_CHECKING:
    import argparse

    from aegui.core.data.dataset import Dataset

_FONTS = (".h", ".bdf")


def export_command(options: argparse.Namespace) -> int:
    """Write the kind of file that the suffix of ``--out`` selects."""
    path = Path(options.out)
    check_writable(path, (ONNX, WEIGHTS, *_FONTS))
    suffix = path.suffix.lower()
    is_run = Path(options.source).suffix.lower() == SUFFIX
    if suffix in _FONTS:
        write_font(path, _answers(options) if is_run else loaded_set(options.source))
    elif not is_run:
        raise AeguiError(tr("Only a saved run, an .aegui file, has a network to write."))
    else:
        model = _opened(options)
        classes = model.saved.dataset.classes
        write_network(path, model.codec, model.origin(), options.part, classes)
        note(model.words)
    unused = set() if suffix == ONNX else {"--part"}
    note_unused(unused if is_run else {"--part", "--run", "--weights"}, EXPORT, options)
    say(tr("Written to {file}.", file=options.out))
    return 0


def _opened(options: argparse.Namespace) -> OpenedRun:
    return OpenedRun(options.source, options.run, options.weights)


def _answers(options: argparse.Namespace) -> Dataset:
    """Return the network's reconstructions of its samples, in black and white."""
    model = _opened(options)
    note(model.words)
    return drawn_font(model.codec, model.dataset, model.name)
