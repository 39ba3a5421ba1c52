"""The frozen app, if there is one: it passes the self-test, and contains all it needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui import __version__
from installer import bundle
from installer.bundle import APP, PROGRAM
from installer.stand_ins import NAMES
from tests.system.frozen import run_frozen

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PROGRAM.exists(), reason="no frozen app here; make bundle makes one"),
]
_MAX_BYTES = 620_000_000
"""With every library that torch and Qt cannot do without; figures are in tests/bench/NOTES.md."""

_WITH_STAND_INS = """
import runpy, sys
sys.path.insert(0, ".")
runpy.run_path("installer/stand_ins.py", run_name="__main__")
sys.argv[0] = "main.py"
runpy.run_path("main.py", run_name="__main__")
"""


def test_it_holds_every_module_that_the_self_test_imports(repository: Path, tmp_path: Path) -> None:
    """Compare with the modules recorded from source, with every command, panel and menu."""
    record = tmp_path / "modules.txt"
    subprocess.run(
        [sys.executable, "-c", _WITH_STAND_INS, "self-test", "--modules", str(record)],
        cwd=repository,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
        timeout=580,
    )
    there = _modules_of_the_bundle()
    missing = {
        name
        for name in record.read_text().split()
        if name not in there and not _needs_no_file(name)
    }
    # pyqtgraph and Pillow import these optionally; the last ones belong to the program itself,
    # shiboken or the environment of the tests.
    optional = (
        *("rich", "PySide6.QtTest", "PIL._avif", "PIL._imagingft", *NAMES),
        *("PySide6.support", "signature_bootstrap", "struct", "_distutils_hack"),
    )
    lacking = sorted(name for name in missing if not name.startswith(optional))
    assert not lacking, " ".join(lacking)


def _modules_of_the_bundle() -> set[str]:
    from PyInstaller.archive.readers import (  # type: ignore[import-untyped]
        CArchiveReader,
    )

    archive = CArchiveReader(str(PROGRAM)).open_embedded_archive("PYZ.pyz")
    there = set(archive.toc)
    internal = APP / "_internal"
    for path in [*internal.rglob("*.so"), *internal.rglob("*.pyd")]:
        name = path.relative_to(internal).as_posix().partition(".")[0]
        there.add(re.sub(r"^python3$", "", name).replace("/", "."))
        there.add(path.name.partition(".")[0])
    import zipfile

    with zipfile.ZipFile(internal / "base_library.zip") as base:
        for name in base.namelist():
            there.add(name.removesuffix(".pyc").removesuffix("/__init__").replace("/", "."))
    return there


def _needs_no_file(name: str) -> bool:
    """Return whether a module was generated, or belongs to Python or to this machine."""
    import importlib.util

    if name in sys.builtin_module_names or name.startswith(
        ("__", "sitecustomize", "_sysconfigdata")
    ):
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return True
    return spec is None or spec.origin in (None, "built-in", "frozen")


def test_it_starts(tmp_path: Path) -> None:
    done = run_frozen(PROGRAM, "--version", folder=tmp_path)
    assert (done.returncode, done.stdout.split()[-1]) == (0, __version__)


def test_it_does_everything_once(tmp_path: Path) -> None:
    done = run_frozen(PROGRAM, "self-test", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Everything works." in done.stdout


def test_it_trains_a_shipped_recipe_and_evaluates_what_it_saved(tmp_path: Path) -> None:
    line = ("train", "letters-course", "--epochs", "40", "--out", "a.aegui", "--json")
    done = run_frozen(PROGRAM, *line, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["runs"][0]["epochs"] == 40
    done = run_frozen(PROGRAM, "evaluate", "a.aegui", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="sizes were measured on Linux")
def test_it_is_no_larger_than_it_was() -> None:
    assert bundle.installed_bytes() <= _MAX_BYTES
