"""Problem reports: one file with what helps to analyse a problem, which the user may send.

Nothing is sent automatically. The user's home folder is replaced by ``~`` throughout.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections import deque
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import write_atomically
from aegui.core.i18n import mark, tr
from aegui.core.library.entry import environment
from aegui.core.recipe.file import recipe_json
from aegui.paths import crash_file, log_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aegui.core.recipe import Recipe

PARTS: dict[str, str] = {
    "versions": mark("Versions of the program, of its libraries and of the system"),
    "log": mark("Log of the program, with names of files"),
    "recipe": mark("Recipe of the network"),
}
"""The parts that a report can have, and their labels."""

_LIBRARIES = (
    *("numpy", "torch", "PySide6-Essentials", "pyqtgraph", "pillow", "pydantic", "scipy"),
    *("safetensors", "PyYAML", "openTSNE"),
)
_MAX_LINES = 4_000
_DATE = (1980, 1, 1, 0, 0, 0)


def collected(parts: Collection[str], recipe: Recipe | None = None) -> dict[str, str]:
    """Return file name -> text of a report of these ``parts``."""
    texts: dict[str, str] = {}
    if "versions" in parts:
        texts["versions.txt"] = _versions()
    if "log" in parts:
        for file in (log_file(), crash_file()):
            for path in (file.with_name(f"{file.name}.1"), file):
                text = _tail(path)
                if text:
                    texts[f"{path.name}.txt"] = text
    if "recipe" in parts and recipe is not None:
        texts["recipe.json"] = recipe_json(recipe)
    return {name: _anonymous(text) for name, text in texts.items()}


def as_text(texts: Mapping[str, str]) -> str:
    """Return all texts as one, each below its name."""
    return "\n".join(f"===== {name}\n{text.rstrip()}\n" for name, text in texts.items())


SUFFIXES = (".zip", ".txt")
"""Suffixes of the files that ``write_report`` writes."""


def write_report(path: Path, texts: Mapping[str, str]) -> None:
    """Write ``texts`` to ``path``: as one text if its suffix is ``.txt``, else as a zip file.

    Raises:
        AeguiError: The file cannot be written.
    """
    if path.suffix.lower() == ".txt":
        write_atomically(path, as_text(texts).encode())
        return
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), text)
    write_atomically(path, buffer.getvalue())


def _versions() -> str:
    known = environment()
    found = {
        "aegui": known["aegui"],
        "frozen": bool(getattr(sys, "frozen", False)),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "processor": known["processor"],
        "cores": known["cores"],
    }
    for library in _LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = tr("not known")
    return json.dumps(found, indent=1, ensure_ascii=False)


def _tail(path: Path) -> str:
    """Return the last lines of a log; empty if there is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return "".join(deque(file, maxlen=_MAX_LINES))
    except OSError:
        return ""


def _anonymous(text: str) -> str:
    """Replace the home folder, whose name usually contains the user's name."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
