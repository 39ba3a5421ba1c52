"""Modules not needed for the first frame are not imported before it."""

from __future__ import annotations

from tests.processes import python

_BODY = """
import sys
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtWidgets import QApplication
from aegui.app import App
application = QApplication([])
app = App(application)
app.window.show()
application.processEvents()
print([name for name in {names} if name in sys.modules])
app.shutdown()
"""

_LATER = (
    "aegui.core.course_configs",
    "aegui.core.study.study",
    "aegui.core.training.loop.train",
    "aegui.features.data.import_dialog",
    "aegui.features.drawing.noise_sheet_dialog",
    "aegui.features.figures.dialog",
    "aegui.features.map.grid_dialog",
    "aegui.features.map.view.map_figure",
    "aegui.features.time.view.fork_form",
    "aegui.shell.dialogs.cost",
    "aegui.widgets.character_chooser",
    "aegui.widgets.figures.makers",
    "difflib",
    "importlib.metadata",
    "multiprocessing",
    "pyqtgraph",
    "torch",
    "urllib.request",
    "yaml",
)


def test_what_nobody_sees_is_imported_later() -> None:
    assert python("-c", _BODY.format(names=_LATER)).stdout.strip() == "[]"
