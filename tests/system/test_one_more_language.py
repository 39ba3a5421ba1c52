"""Another language is a single file: the program offers it, and formats numbers accordingly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.processes import python

if TYPE_CHECKING:
    from pathlib import Path

_WINDOW = """
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtWidgets import QApplication, QDialogButtonBox as Box
from aegui.app import App
from aegui.core.i18n import localized, set_language

application = QApplication([])
app = App(application)
app.use_language("de")
window = app.window
print([action.text() for action in window.menus["view/language"].actions()])
print(window.menus["file"].title(), localized(1234.5, ",.1f"))
box = Box(Box.StandardButton.Cancel)
print(box.buttons()[0].text())
app.use_language("es")
box = Box(Box.StandardButton.Cancel)
print(box.buttons()[0].text())
app.shutdown()
"""


@pytest.fixture
def german(user_home: Path) -> Path:
    """Write a catalogue of a few messages where a user would put it."""
    catalogue = Catalog(locale="de")
    for english, words in {
        "Name of this language, in itself": "Deutsch",
        "Locale of this language, such as en_US": "de_DE",
        "Decimal mark of this language: a point or a comma": ",",
        "&File": "&Datei",
    }.items():
        catalogue.add(english, words)
    path = user_home / "data" / "aegui" / "translations" / "de" / "LC_MESSAGES" / "aegui.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return path


def test_the_window_offers_a_third_language(german: Path) -> None:
    offered, spoken, cancel, spanish_cancel = python("-c", _WINDOW).stdout.splitlines()
    assert offered == "['English', 'Español', 'Deutsch']"
    assert spoken == "&Datei 1.234,5"
    # Qt's own texts are translated by Qt.
    assert cancel.replace("&", "") == "Abbrechen"
    assert spanish_cancel.replace("&", "") == "Cancelar"


def test_a_file_that_is_no_catalogue_is_left_out(german: Path) -> None:
    german.write_bytes(b"nothing of the kind")
    code = "from aegui.core.i18n import LANGUAGES; print(*LANGUAGES)"
    assert python("-c", code).stdout == "en es\n"
