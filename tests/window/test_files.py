"""File dialogs start where such files were last read or written, also after a restart."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import shiboken6
from PySide6.QtCore import QFileInfo, QTranslator
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QLabel, QWidget

from aegui.core.latent.films import has_mp4
from aegui.features.document.feature import DocumentFeature
from aegui.features.gallery.feature import GalleryFeature
from aegui.features.map.view.hints import MapHints
from aegui.features.time.view.bar import TimeBar
from aegui.kit.keys import native_keys
from aegui.paths import documents_dir, resources_dir
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.session.settings import Settings
from aegui.shell.dialogs.files import (
    beginning,
    choose_film_file,
    choose_form_file,
    choose_images,
    choose_open_file,
    choose_plan_file,
    choose_published_files,
    choose_save_file,
    choose_set_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

FORMS = {
    "torch": ("PyTorch", ".py"),
    "numpy": ("NumPy", ".py"),
    "notebook": ("Notebook", ".ipynb"),
}


class Dialogs:
    """Stands in for the system's dialogs: returns the next choice, records where it began."""

    def __init__(self) -> None:
        self.next = ""
        self.began = Path()

    def ask(self, *arguments: object) -> tuple[str, str]:
        self.began = Path(str(arguments[2]))
        return self.next, ""


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> Dialogs:
    made = Dialogs()
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, made.ask)
    return made


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "one", tmp_path / "two"
    for each in made:
        each.mkdir()
    return made


def test_each_kind_of_file_has_its_own_folder(
    window: MainWindow, dialogs: Dialogs, places: tuple[Path, Path]
) -> None:
    one, two = places
    first = beginning(window, "figures")
    dialogs.next = str(one / "map.png")
    assert choose_save_file(window, "Save", "a.png", "PNG (*.png)", "figures") == str(
        one / "map.png"
    )
    dialogs.next = str(two / "film.gif")
    assert choose_film_file(window, "film", "gif") == (str(two / "film.gif"), "gif")
    for written in (one / "map.png", two / "film.gif"):
        written.write_bytes(b"written")
    dialogs.next = ""
    assert choose_save_file(window, "Save", "b.png", "PNG (*.png)", "figures") == ""
    assert dialogs.began == one / "b.png"
    dialogs.next = ""
    choose_film_file(window, "new", "gif")
    assert dialogs.began == two / "new.gif"
    assert beginning(window, "tables") == first
    # A dialog of the program can be the parent, like the window.
    inner = QWidget(window)
    assert beginning(inner, "films") == str(two)


def test_a_file_that_gets_its_ending_later_is_not_replaced_without_a_question(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "old.aegui").write_bytes(b"kept")
    typed = [str(tmp_path / "old"), ""]
    began: list[str] = []

    def ask(*arguments: object) -> tuple[str, str]:
        began.append(Path(str(arguments[2])).name)
        return typed.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    runs = "Runs (*.aegui)"
    assert choose_save_file(window, "Save", "a.aegui", runs, "runs") == ""
    # Asked again with the full name, the dialog itself asks whether to replace the file.
    assert began == ["a.aegui", "old.aegui"]
    typed = [str(tmp_path / "new")]
    made = choose_save_file(window, "Save", "a.aegui", runs, "runs")
    assert made == str(tmp_path / "new.aegui")
    typed = [str(tmp_path / "other.json")]
    plans = "Plans (*.aegui-study *.json)"
    made = choose_save_file(window, "Save", "plan.aegui-study", plans, "studies")
    assert made == str(tmp_path / "other.json")


def test_a_name_that_the_system_refuses_is_refused_in_words(
    window: MainWindow, dialogs: Dialogs, tmp_path: Path, qtbot: QtBot
) -> None:
    name = "x" * 252  # with its ending longer than any file name may be
    dialogs.next = str(tmp_path / name)
    window.actions_table["save_as"].trigger()
    qtbot.waitUntil(lambda: bool(window.notifications.shown))
    assert "the name is too long" in window.notifications.shown[-1].text
    assert choose_film_file(window, "film", "gif") == (str(tmp_path / f"{name}.gif"), "gif")


def test_recent_files_and_folders_that_the_system_refuses_are_left_out(
    window: MainWindow, tmp_path: Path
) -> None:
    refused = tmp_path / ("x" * 300) / "run.aegui"
    services = window._services
    services.settings.keep_folder("runs", refused.parent)
    services.settings.add_recent(refused)
    assert services.settings.folder("runs") is None
    window.actions_table["gallery"].trigger()
    dialog = window.feature(GalleryFeature).dialog
    assert dialog is not None
    dialog.close()


@pytest.mark.parametrize("is_set", [True, False])
def test_sets_and_films_get_their_ending_without_replacing_anything_unasked(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_set: bool
) -> None:
    began: list[str] = []
    typed = ["old", "old", "new"]

    def ask(*arguments: object) -> tuple[str, str]:
        began.append(Path(str(arguments[2])).name)
        listed = next(one for one in str(arguments[3]).split(";;") if suffix in one)
        return str(tmp_path / typed.pop(0)) if typed else "", listed

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    suffix = ".npz" if is_set else ".gif"

    def choose() -> str:
        if is_set:
            return choose_set_file(window, "it")
        return choose_film_file(window, "it", "gif")[0]

    assert choose() == str(tmp_path / f"old{suffix}"), "there is none yet"
    (tmp_path / f"old{suffix}").touch()
    assert choose() == str(tmp_path / f"new{suffix}"), "another one, after that was proposed"
    assert began[1:] == ["it" if is_set else "it.gif", f"old{suffix}"]


def test_what_is_asked_by_a_window_that_goes_meanwhile_is_not_chosen(
    window: MainWindow, dialogs: Dialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogs.next = str(tmp_path / "film.gif")
    inner = QWidget(window)

    def ask(*arguments: object) -> tuple[str, str]:
        # As when a change of language replaces the window and its children.
        shiboken6.delete(inner)
        return dialogs.ask(*arguments)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert choose_film_file(inner, "film", "gif") == ("", "gif")
    assert beginning(window, "films") != str(tmp_path)


@pytest.mark.parametrize(
    "choose", [choose_images, lambda parent: choose_published_files(parent, "Files")]
)
def test_several_files_asked_by_a_window_that_goes_meanwhile_are_not_chosen(
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    choose: Callable[[QWidget], list[str]],
) -> None:
    chosen, inner = [str(tmp_path / "a.png")], QWidget(window)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    assert choose(inner) == chosen

    def ask(*_: object) -> tuple[list[str], str]:
        shiboken6.delete(inner)
        return chosen, ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", ask)
    assert choose(inner) == []


def test_a_folder_counts_once_something_is_written_there(
    window: MainWindow, qtbot: QtBot, dialogs: Dialogs, places: tuple[Path, Path], tmp_path: Path
) -> None:
    one, two = places
    writer, notice = window._services.of(FileWriter), Notice("info", "saved")

    def save(path: Path) -> str:
        """Save to ``path`` and return where the next dialog begins."""
        dialogs.next = str(path)
        path = Path(choose_save_file(window, "Save", "a.csv", "CSV (*.csv)", "tables"))
        with qtbot.waitSignal(writer.noticed):
            writer.write_bytes(path, lambda: b"1,2", notice)
        return beginning(window, "tables")

    assert save(one / "a.csv") == str(one)
    assert save(tmp_path / "gone" / "a.csv") == str(one)
    (two / "old.csv").write_bytes(b"kept")
    (two / "old.csv").chmod(0o444)
    assert save(two / "old.csv") == str(one), "refused, though there is a file of that name"
    (two / "old.csv").chmod(0o644)
    assert save(two / "old.csv") == str(two)
    # A file written later counts only once it exists.
    dialogs.next = str(one / "late.csv")
    late = choose_save_file(window, "Save", "a.csv", "CSV (*.csv)", "tables")
    assert beginning(window, "tables") == str(two)
    Path(late).write_bytes(b"1,2")
    assert window.settings.save() is None
    assert Settings.load(window.settings.path).folder("tables") == one


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="the files of Linux")
def test_where_nothing_can_be_written_or_read_no_dialog_begins(
    window: MainWindow, qtbot: QtBot, dialogs: Dialogs, tmp_path: Path
) -> None:
    before = beginning(window, "runs")
    dialogs.next = "/proc/mine.aegui"
    window.feature(DocumentFeature).save_as()
    qtbot.waitUntil(lambda: window.notifications.shown != ())
    assert beginning(window, "runs") == before
    window.notifications.close_all()
    os.mkfifo(tmp_path / "pipe.json")
    for unreadable in ("/proc/self/mem", str(tmp_path / "pipe.json"), str(tmp_path / "gone.json")):
        dialogs.next = unreadable
        choose_plan_file(window)
        assert window.settings.folder("studies") is None


def test_the_folders_are_there_in_the_next_program(
    window: MainWindow, dialogs: Dialogs, places: tuple[Path, Path]
) -> None:
    plan = places[0] / "plan.json"
    plan.write_text("{}")
    dialogs.next = str(plan)
    assert choose_plan_file(window) == str(plan)
    assert window.settings.save() is None
    again = Settings.load(window.settings.path)
    assert again.folder("studies") == places[0]
    assert again.folder("runs") is None
    plan.unlink()
    places[0].rmdir()
    assert again.folder("studies") is None, "a folder that is gone is none to begin in"


def test_a_folder_of_a_document_is_that_of_the_next(
    window: MainWindow, qtbot: QtBot, dialogs: Dialogs, places: tuple[Path, Path]
) -> None:
    workspace = window._services.workspace
    dialogs.next = str(places[0] / "mine.aegui")
    with qtbot.waitSignal(workspace.file.saved):
        assert window.feature(DocumentFeature).save_as()
    (notice,) = [one for one in window.notifications.shown if one.file is not None]
    assert notice.file == places[0] / "mine.aegui"
    dialogs.next = ""
    assert choose_open_file(window) == ""
    assert dialogs.began == places[0]
    # Saving to the same file again reports nothing.
    window.notifications.close_all()
    with qtbot.waitSignal(workspace.file.saved):
        assert window.feature(DocumentFeature).save()
    assert window.notifications.shown == ()


def test_a_set_gets_its_ending_and_its_folder(
    window: MainWindow, dialogs: Dialogs, places: tuple[Path, Path]
) -> None:
    dialogs.next = str(places[1] / "set.npz")
    assert choose_set_file(window, "letters") == str(places[1] / "set.npz")
    assert window.settings.folder("data") is None, "nothing is there yet"
    (places[1] / "set.npz").write_bytes(b"written")
    assert window.settings.folder("data") == places[1]


@pytest.mark.skipif(not has_mp4(), reason="the package av is missing")
@pytest.mark.parametrize(
    ("name", "saved", "form"),
    [
        ("film", "film.gif", "gif"),
        ("film.mp4", "film.mp4", "mp4"),
        ("film.PNG", "film.png", "png"),
        ("film.v2", "film.v2.gif", "gif"),
    ],
)
def test_the_form_of_a_film_is_that_of_the_ending(
    window: MainWindow, dialogs: Dialogs, tmp_path: Path, name: str, saved: str, form: str
) -> None:
    dialogs.next = str(tmp_path / name)
    assert choose_film_file(window, "it", "gif") == (str(tmp_path / saved), form)
    assert dialogs.began.name == "it.gif"


@pytest.mark.parametrize(
    ("name", "listed", "saved", "form"),
    [
        ("net.py", "PyTorch (*.py)", "net.py", "torch"),
        ("net.py", "NumPy (*.py)", "net.py", "numpy"),
        ("net.py", "Notebook (*.ipynb)", "net.ipynb", "notebook"),
        ("net.ipynb", "PyTorch (*.py)", "net.ipynb", "notebook"),
        ("net", "PyTorch (*.py)", "net.py", "torch"),
        ("net.v2", "Notebook (*.ipynb)", "net.v2.ipynb", "notebook"),
    ],
)
def test_a_form_is_chosen_by_the_list_or_by_the_ending(
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    listed: str,
    saved: str,
    form: str,
) -> None:
    began: list[tuple[str, str]] = []

    def ask(_parent: object, _title: str, begin: str, filters: str, named: str) -> tuple[str, str]:
        assert filters == "PyTorch (*.py);;NumPy (*.py);;Notebook (*.ipynb)"
        began.append((Path(begin).name, named))
        # If the suffix is changed, the resulting file exists already: Qt asks about it.
        return (begin, named) if len(began) > 1 else (str(tmp_path / name), listed)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    (tmp_path / saved).touch()
    chosen = choose_form_file(window, "Save", "net", FORMS, "torch", "figures")
    assert chosen == (str(tmp_path / saved), form)
    assert began[0] == ("net.py", "PyTorch (*.py)")
    assert len(began) == (1 if saved == name else 2)
    (tmp_path / saved).write_text("written")
    assert window.settings.folder("figures") == tmp_path


def test_without_a_window_the_documents_are_the_place(qtbot: QtBot, tmp_path: Path) -> None:
    alone = QWidget()
    qtbot.addWidget(alone)
    assert beginning(alone, "figures", str(tmp_path)) == str(tmp_path)
    assert beginning(alone, "figures") == str(documents_dir())


def test_the_file_dialog_of_qt_speaks_one_language(app: App) -> None:
    app.use_language("es")
    dialog = QFileDialog(app.window)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setNameFilters(["a (*.a)", "b (*.b)"])
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"&Buscar en:", "&Nombre del archivo:", "Archivos de &tipo:"} <= words
    assert QFileIconProvider().type(QFileInfo("/")) == "Unidad"
    app.use_language("en")
    dialog = QFileDialog(app.window)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    assert "&Look in:" in {label.text() for label in dialog.findChildren(QLabel)}


def test_keys_have_one_form_in_menus_and_in_texts(app: App) -> None:
    """As in the guide and on keyboards; Qt's own Spanish says Control+Mayúsculas."""
    app.use_language("es")
    assert native_keys("Ctrl+Shift+F") == "Ctrl+Mayús+F"
    assert [native_keys(key) for key in ("Del", "Return")] == ["Supr", "Intro"]
    action = app.window.actions_table["gallery"]
    assert action.toolTip().endswith("(Ctrl+G)")
    assert app.window.panel(TimeBar).newest.toolTip().endswith("(Alt+Fin)")
    hints = app.window.findChild(MapHints)
    assert hints is not None
    hints.set_left(["gallery"])
    assert "Ctrl+G" in hints.accessibleDescription()
    app.use_language("en")
    assert native_keys("Ctrl+Shift+F") == "Ctrl+Shift+F"


@pytest.mark.parametrize("file", sorted(resources_dir().glob("translations/*/qt_words.ts")))
def test_words_for_qt_are_compiled(file: Path) -> None:
    """On failure run ``pyside6-lrelease FILE``."""
    translator = QTranslator()
    assert translator.load(str(file.with_suffix(".qm")))
    contexts = ElementTree.parse(file).getroot().findall("context")
    words = [
        (context.findtext("name") or "", one.findtext("source") or "", one.findtext("translation"))
        for context in contexts
        for one in context.findall("message")
    ]
    assert words
    assert [translator.translate(name, source) for name, source, _ in words] == [
        translated for _, _, translated in words
    ]
