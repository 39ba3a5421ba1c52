"""The window at 100 to 200 % scale of screen and text: complete and sharp."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from aegui.window.docks import PERSPECTIVES
from tests.harness.fitting import is_enlarged
from tests.harness.scaled import DIALOGS

SMALL, MIDDLE, LARGE = (1024, 700), (1280, 800), (1920, 1040)
_FRAME_PX = 40
"""Height of the frame of a window, in logical pixels."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "language", "theme", "text", "size"),
    [
        ("1", "es", "light", "1", SMALL),
        ("1.25", "en", "dark", "1", SMALL),
        ("1.5", "es", "dark", "1", SMALL),
        ("2", "es", "light", "1", SMALL),
        ("1", "en", "dark", "1.5", MIDDLE),
        ("1", "es", "contrast", "2", LARGE),
    ],
)
def test_every_arrangement_is_whole_and_sharp(
    tmp_path: Path, scale: str, language: str, theme: str, text: str, size: tuple[int, int]
) -> None:
    wide, high = (round(float(scale) * side) for side in (size[0], size[1] + _FRAME_PX))
    screen = {"name": "small", "x": 0, "y": 0, "width": wide, "height": high, "dpr": 1}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96}
    file = tmp_path / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}), "utf-8")
    settings = {
        "QT_QPA_PLATFORM": f"offscreen:configfile={file}",
        "QT_SCALE_FACTOR": scale,
    }
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    done = subprocess.run(
        [sys.executable, "-m", "tests.harness.scaled", language, theme, text, *map(str, size)],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(folders, str(tmp_path)), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("ratio") == float(scale)
    assert found == {key: [] for key in (*PERSPECTIVES, *DIALOGS)}


def test_the_checker_sees_what_is_enlarged() -> None:
    lines = QImage(80, 80, QImage.Format.Format_RGB32)
    lines.fill(0xFFFFFF)
    for place in range(0, 80, 3):
        for x in range(80):
            lines.setPixel(x, (place + x // 2) % 80, 0)
    assert not is_enlarged(lines)
    assert is_enlarged(lines.scaled(160, 160))
    assert not is_enlarged(QImage(80, 80, QImage.Format.Format_RGB32)), "nothing is drawn"
