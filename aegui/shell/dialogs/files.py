"""File and folder dialogs; each starts in the last folder used for that kind of file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtWidgets import QFileDialog

from aegui.core.data.picture import image_suffixes
from aegui.core.data.writers import WRITERS
from aegui.core.i18n import tr
from aegui.core.latent.film_spec import FILM_FORMS
from aegui.core.latent.films import has_mp4
from aegui.paths import documents_dir, is_shipped
from aegui.shell.feature_window import FeatureWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from aegui.session.settings import FileKind, Settings


def _settings_of(parent: QWidget) -> Settings | None:
    """Return the settings of the window that ``parent`` belongs to."""
    widget: QWidget | None = parent
    while widget is not None:
        if isinstance(widget, FeatureWindow):
            return widget.settings
        widget = widget.parentWidget()
    return None


def beginning(parent: QWidget, kind: FileKind, fallback: str = "") -> str:
    """Return the folder in which a dialog for files of ``kind`` starts.

    That is the last folder of that kind if it still exists; else ``fallback``, a folder; else, or
    if that is one of the program's own, the documents folder.
    """
    settings = _settings_of(parent)
    last = None if settings is None else settings.folder(kind)
    if last is not None:
        return str(last)
    folder = Path(fallback)
    return fallback if folder.is_absolute() and not is_shipped(folder) else str(documents_dir())


def _proposed(parent: QWidget, kind: FileKind, suggestion: str) -> str:
    """Return the path to propose for saving under the name of ``suggestion``."""
    path = Path(suggestion)
    return str(Path(beginning(parent, kind, str(path.parent))) / path.name)


def _chosen(parent: QWidget, kind: FileKind, path: str, *, to_write: bool) -> str:
    """Return ``path``, "" for none, and remember its folder once it is read or written.

    Also "" if the window was closed meanwhile, and ``parent`` with it.
    """
    if not shiboken6.isValid(parent):
        return ""
    settings = _settings_of(parent)
    if path and settings is not None:
        choose = settings.choose_to_write if to_write else settings.choose_to_read
        choose(kind, Path(path))
    return path


def _opened(
    parent: QWidget, kind: FileKind, title: str, patterns: list[str], folder: str = ""
) -> str:
    begin = beginning(parent, kind, folder)
    path, _ = QFileDialog.getOpenFileName(parent, title, begin, ";;".join(patterns))
    return _chosen(parent, kind, path, to_write=False)


def _opened_several(
    parent: QWidget, kind: FileKind, title: str, patterns: list[str], folder: str = ""
) -> list[str]:
    begin = beginning(parent, kind, folder)
    paths, _ = QFileDialog.getOpenFileNames(parent, title, begin, ";;".join(patterns))
    return paths if _chosen(parent, kind, next(iter(paths), ""), to_write=False) else []


def _all_files() -> str:
    return tr("All files ({patterns})", patterns="*")


def choose_open_file(parent: QWidget, folder: str = "") -> str:
    """Ask for the document, recipe or data to open; "" if cancelled."""
    filters = [
        tr(
            "All that can be opened ({patterns})",
            patterns="*.aegui *.json *.yaml *.yml *.h *.py *.txt *.bdf *.png "
            "*.aegui-lesson *.aegui-teacher *.aegui-study",
        ),
        tr("Runs ({patterns})", patterns="*.aegui"),
        tr("Recipes and configurations ({patterns})", patterns="*.json *.yaml *.yml"),
        tr("Characters ({patterns})", patterns="*.h *.c *.py *.json *.txt *.bdf *.png"),
        _all_files(),
    ]
    return _opened(parent, "runs", tr("Open"), filters, folder)


def choose_lesson_file(parent: QWidget) -> str:
    """Ask for the lesson to start; "" if cancelled."""
    filters = [tr("Lessons ({patterns})", patterns="*.aegui-lesson"), _all_files()]
    return _opened(parent, "lessons", tr("Open a lesson"), filters)


def choose_data_file(parent: QWidget, folder: str = "") -> str:
    """Ask for a data file; "" if cancelled."""
    filters = [
        tr(
            "Data ({patterns})",
            patterns="*.h *.c *.py *.json *.txt *.bdf *.png *.npz *.csv *.idx *.gz *ubyte",
        ),
        _all_files(),
    ]
    return _opened(parent, "data", tr("Open data"), filters, folder)


def choose_folder(
    parent: QWidget, title: str, folder: str, kind: FileKind, *, to_write: bool = False
) -> str:
    """Ask for a folder; "" if cancelled. The next dialog starts in its parent folder."""
    path = QFileDialog.getExistingDirectory(parent, title, beginning(parent, kind, folder))
    return _chosen(parent, kind, path, to_write=to_write)


def choose_published_files(parent: QWidget, title: str) -> list[str]:
    """Ask for the files of a published set, under any names; empty if cancelled."""
    filters = [tr("Packed files ({patterns})", patterns="*.gz"), _all_files()]
    return _opened_several(parent, "data", title, filters)


def choose_images(parent: QWidget, folder: str = "") -> list[str]:
    """Ask for image files; empty if cancelled."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(image_suffixes()))
    filters = [tr("Images ({patterns})", patterns=patterns), _all_files()]
    return _opened_several(parent, "images", tr("Open images"), filters, folder)


def choose_set_file(parent: QWidget, suggestion: str) -> str:
    """Ask where to save a set; "" if cancelled. A name without suffix is a folder of images."""
    filters = [
        f"{tr(writer.label)} ({' '.join(f'*{suffix}' for suffix in writer.suffixes)})"
        for writer in WRITERS.values()
    ]
    filters.append(tr("Folder of images ({patterns})", patterns="*"))
    known = tuple(suffix for writer in WRITERS.values() for suffix in writer.suffixes)
    usual = {words: it.suffixes[0] for words, it in zip(filters, WRITERS.values(), strict=False)}

    def ending(path: str, listed: str) -> str:
        return "" if path.lower().endswith(known) else usual.get(listed, "")

    return _saved(parent, "data", tr("Save the set"), suggestion, filters, ending)


def _saved(
    parent: QWidget,
    kind: FileKind,
    title: str,
    suggestion: str,
    filters: list[str],
    ending: Callable[[str, str], str],
) -> str:
    """Ask where to save; "" if cancelled. ``ending(path, listed)`` returns a missing suffix."""
    begin = _proposed(parent, kind, suggestion)
    while True:
        path, listed = QFileDialog.getSaveFileName(parent, title, begin, ";;".join(filters))
        full_path = f"{path}{ending(path, listed)}" if path else ""
        if full_path == path or not os.path.exists(full_path):
            return _chosen(parent, kind, full_path, to_write=True)
        # The dialog has not asked about replacing the file with this suffix: open it again.
        begin = full_path


def choose_save_file(
    parent: QWidget, title: str, suggestion: str, patterns: str, kind: FileKind
) -> str:
    """Ask where to save; "" if cancelled. A name without a listed suffix gets the suggested one.

    Args:
        parent: Parent of the dialog.
        title: Its title.
        suggestion: Proposed file; its folder is used only while ``kind`` has none.
        patterns: File name filter.
        kind: Kind of file.
    """
    endings = tuple(re.findall(r"\*(\.[^\s;)]+)", patterns))
    proposed = next((one for one in endings if suggestion.lower().endswith(one)), "")

    def ending(path: str, listed: str) -> str:
        is_free = listed == _all_files() and bool(Path(path).suffix)
        return "" if is_free or path.lower().endswith(endings) else proposed

    return _saved(parent, kind, title, suggestion, [patterns, _all_files()], ending)


def choose_form_file(
    parent: QWidget,
    title: str,
    stem: str,
    forms: Mapping[str, tuple[str, str]],
    chosen: str,
    kind: FileKind,
) -> tuple[str, str]:
    """Ask where to save, "" if cancelled, and in which format.

    Args:
        parent: Parent of the dialog.
        title: Its title.
        stem: Name of the file without its suffix.
        forms: Label and suffix of each format, by key.
        chosen: The proposed format.
        kind: Kind of file.
    """
    filters = {f"{words} (*{ending})": key for key, (words, ending) in forms.items()}
    by_ending = {ending: key for key, (_, ending) in reversed(tuple(forms.items()))}
    begin = _proposed(parent, kind, f"{stem}{forms[chosen][1]}")
    while True:
        named = next(words for words, key in filters.items() if key == chosen)
        path, listed = QFileDialog.getSaveFileName(parent, title, begin, ";;".join(filters), named)
        if not path:
            return "", chosen
        file, key = Path(path), filters.get(listed, chosen)
        typed = file.suffix.lower()
        if key == chosen and typed != forms[key][1]:
            key = by_ending.get(typed, key)
        name = file.stem if typed in by_ending else file.name
        right = file.with_name(f"{name}{forms[key][1]}")
        if right == file or not os.path.exists(right):
            return _chosen(parent, kind, str(right), to_write=True), key
        # The dialog has not asked about replacing the file with this suffix: open it again.
        begin, chosen = str(right), key


def choose_run_file(parent: QWidget, title: str = "") -> str:
    """Ask for a run, by default one to compare with; "" if cancelled."""
    title = title or tr("Open a run to compare with")
    return _opened(parent, "runs", title, [tr("Runs ({patterns})", patterns="*.aegui")])


def choose_plan_file(parent: QWidget) -> str:
    """Ask for the plan of a study; "" if cancelled."""
    patterns = tr("Plans of studies ({patterns})", patterns="*.aegui-study *.json")
    return _opened(parent, "studies", tr("Open a plan"), [patterns])


def choose_certificate_file(parent: QWidget, title: str, folder: str) -> str:
    """Ask for a certificate or a key in PEM format; "" if cancelled."""
    filters = [
        tr("Certificates and keys ({patterns})", patterns="*.pem *.crt *.cer *.key"),
        _all_files(),
    ]
    return _opened(parent, "certificates", title, filters, folder)


def choose_prior_file(parent: QWidget) -> str:
    """Ask for a list of characters with weights, or a text; "" if cancelled."""
    filters = [
        tr("Weights and texts ({patterns})", patterns="*.csv *.json *.txt *.md"),
        _all_files(),
    ]
    return _opened(parent, "texts", tr("How often characters occur"), filters)


def choose_film_file(parent: QWidget, stem: str, form: str) -> tuple[str, str]:
    """Ask where to save a film, "" if cancelled, and in which of the available formats.

    Args:
        parent: Parent of the dialog.
        stem: Name of the file without its suffix.
        form: The proposed key of ``FILM_FORMS``.
    """
    forms = {
        key: (tr(row.label), f".{key}")
        for key, row in FILM_FORMS.items()
        if key != "mp4" or has_mp4()
    }
    return choose_form_file(parent, tr("Save the film"), stem, forms, form, "films")
