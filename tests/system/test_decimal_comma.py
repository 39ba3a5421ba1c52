"""A system with a decimal comma: Qt sets its locale for all C libraries too."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.run_file.saved import load_run
from tests.processes import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("localedef") is None, reason="makes a locale of Linux"
)

_LOCALE = "es_AR.UTF-8"
_MACHINES = ("native", "torch")
_PROGRAM = """
import json, locale, os, sys
from pathlib import Path
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtWidgets import QApplication
from aegui.app import App
from aegui.cli import main

application = QApplication([])
app = App(application)
said = [locale.localeconv()["decimal_point"]]
for machine in sys.argv[2:]:
    os.environ["AEGUI_MACHINE"] = machine
    folder = Path(sys.argv[1]) / machine
    folder.mkdir()
    line = ["train", "letters-course", "--epochs", "40", "--out", str(folder / "a.aegui")]
    assert main(line) == 0
    assert main(["encode", str(folder / "a.aegui"), "-o", str(folder / "codes.csv")]) == 0
    assert main(["figure", str(folder / "a.aegui"), "latent", "-o", str(folder / "codes.svg")]) == 0
app.shutdown()
(Path(sys.argv[1]) / "said").write_text(json.dumps(said))
"""


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with that locale, built here as few systems have it."""
    folder = tmp_path_factory.mktemp("locales")
    line = ["localedef", "-i", "es_AR", "-f", "UTF-8", str(folder / _LOCALE)]
    if subprocess.run(line, capture_output=True).returncode != 0:
        pytest.skip("no descriptions of locales here")
    return folder


@pytest.fixture(scope="module")
def made(locales: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return folders of results made with a decimal point, and with a decimal comma."""
    folders = []
    for name, point in (("C.UTF-8", "."), (_LOCALE, ",")):
        folder = tmp_path_factory.mktemp(name)
        environment = {"LC_ALL": name, "LOCPATH": str(locales), "TZ": "Asia/Tokyo"}
        python("-c", _PROGRAM, folder, *_MACHINES, **environment)
        assert json.loads((folder / "said").read_text()) == [point]
        folders.append(folder)
    return folders


@pytest.mark.slow
@pytest.mark.parametrize("machine", _MACHINES)
def test_training_and_files_are_those_of_any_other_system(machine: str, made: list[Path]) -> None:
    losses, files = [], []
    for folder in (each / machine for each in made):
        losses.append(load_run(folder / "a.aegui").results[0].best_loss)
        files.append((folder / "codes.csv").read_text().splitlines())
        assert b"<svg" in (folder / "codes.svg").read_bytes()
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    plain, comma = files
    assert len(plain) == len(comma) > 30
    for one, other in zip(plain[1:], comma[1:], strict=True):
        (*words, x, y), (*same, p, q) = one.split(","), other.split(",")
        assert words == same
        assert [float(p), float(q)] == pytest.approx([float(x), float(y)], abs=1e-3)
