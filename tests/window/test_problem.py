"""Help > Report a problem: the file saved equals the text shown."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton

from aegui.paths import log_file
from aegui.window.problem import ProblemDialog

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def test_a_report_is_what_was_ticked(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_file().parent.mkdir(parents=True, exist_ok=True)
    log_file().write_text("what it did\n")
    window.report_problem()
    (dialog,) = window.findChildren(ProblemDialog)
    assert "===== versions.txt" in dialog.preview.toPlainText()
    assert "what it did" in dialog.preview.toPlainText()
    dialog.boxes["log"].setChecked(False)
    assert "what it did" not in dialog.preview.toPlainText()
    copy = button(dialog, "Copy")
    copy.click()
    assert QGuiApplication.clipboard().text() == dialog.preview.toPlainText()
    out = tmp_path / "report.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    with qtbot.waitSignal(dialog.destroyed):
        button(dialog, "Save…").click()
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["versions.txt", "recipe.json"]
    (notice,) = (it for it in window.notifications.shown if it.file == out)
    assert "Nothing was sent." in notice.text


def test_nothing_ticked_is_no_report(window: MainWindow) -> None:
    window.report_problem()
    (dialog,) = window.findChildren(ProblemDialog)
    for box in dialog.boxes.values():
        box.setChecked(False)
    assert dialog.preview.toPlainText() == ""
    assert not button(dialog, "Save…").isEnabled()
    dialog.close()


def button(dialog: ProblemDialog, text: str) -> QPushButton:
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    found = (one for one in box.buttons() if one.text().replace("&", "") == text)
    one = next(found)
    assert isinstance(one, QPushButton)
    return one
