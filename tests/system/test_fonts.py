"""A system without any fonts: the program ships one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.processes import python

if TYPE_CHECKING:
    from pathlib import Path

_NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/nowhere</dir></fontconfig>"""

_PROBE = """
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QLabel
from aegui.app import ensure_font
application = QApplication([])
print(repr(QFontInfo(application.font()).family()))
ensure_font(application)
print(repr(QFontInfo(application.font()).family()))
shown = []
for text in ("il", "mw"):
    label = QLabel(text)
    label.resize(80, 20)
    shown.append(label.grab().toImage())
assert shown[0] != shown[1]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is how Linux finds fonts")
def test_letters_are_letters(tmp_path: Path) -> None:
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(_NO_FONTS, "utf-8")
    done = python("-c", _PROBE, FONTCONFIG_FILE=str(configuration))
    assert done.stdout.splitlines() == ["''", "'DejaVu Sans'"]
