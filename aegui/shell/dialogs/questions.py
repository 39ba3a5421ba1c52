"""The few modal questions, and dialogs that show text."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
)

import aegui
from aegui.core.data.progress import clock
from aegui.core.gpu import gpu_state, gpu_words
from aegui.core.i18n import tr, trn
from aegui.core.training.engines.native.library import status as machine_status
from aegui.kit.layouts import buttons_of, column, open_at
from aegui.kit.theme import SPACING, icon_pixmap
from aegui.session.data.data_sources import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike
    from PySide6.QtWidgets import QWidget

    from aegui.core.course_configs import CourseReading
    from aegui.session.documents.autosave import Held, Recovery, TrainingProgress

CloseGuard = Literal["save", "discard", "cancel"]
Conflict = Literal["reload", "save_as", "overwrite", "cancel"]
Replacing = Literal["save_as", "replace", "cancel"]
Recovering = Literal["go_on", "open", "delete", "later"]

_ICON_PX = 56
_PREVIEW = QSize(260, 200)
"""Maximum size of the preview of unsaved work."""
_IMPORT = "import"
_GPU = "gpu"


def pressed(box: QMessageBox) -> QAbstractButton:
    """Show ``box`` until a button is pressed, delete it, and return that button, to compare it."""
    box.exec()
    button = box.clickedButton()
    # Otherwise it would stay a child of the window until that closes.
    box.deleteLater()
    return button


def ask_leaving(parent: QWidget, name: str, *, training: bool) -> CloseGuard:
    """Ask what to do with unsaved work in ``name`` before it is closed."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setText(tr("Save what you have done in “{name}”?", name=name))
    hint = tr("Unsaved changes are lost.")
    if training:
        hint = tr("The running training ends. Without saving, its result is lost.")
    box.setInformativeText(hint)
    buttons: dict[QPushButton, CloseGuard] = {
        box.addButton(tr("&Save"), QMessageBox.ButtonRole.AcceptRole): "save",
        box.addButton(tr("&Do not save"), QMessageBox.ButtonRole.DestructiveRole): "discard",
    }
    cancel = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setEscapeButton(cancel)
    clicked = pressed(box)
    return next((key for it, key in buttons.items() if it is clicked), "cancel")


def ask_conflict(parent: QWidget, name: str) -> Conflict:
    """Ask what to do before saving, if another program has changed the file of ``name``."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Changed by another program"))
    box.setText(changed_words(name))
    box.setInformativeText(tr("Overwriting discards what the other program has saved."))
    buttons: dict[QPushButton, Conflict] = {
        box.addButton(tr("&Reload"), QMessageBox.ButtonRole.ActionRole): "reload",
        box.addButton(tr("Save &as…"), QMessageBox.ButtonRole.AcceptRole): "save_as",
        box.addButton(tr("&Overwrite"), QMessageBox.ButtonRole.DestructiveRole): "overwrite",
    }
    box.setEscapeButton(box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole))
    clicked = pressed(box)
    return next((key for it, key in buttons.items() if it is clicked), "cancel")


def ask_replacing(parent: QWidget, name: str, held: str) -> Replacing:
    """Ask before a save replaces the content of the file ``name``, ``held``, by other work."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Another network"))
    box.setText(
        tr("“{name}” holds another network: {content}. Replace it?", name=name, content=held)
    )
    box.setInformativeText(tr("Under another name, both are kept."))
    buttons: dict[QPushButton, Replacing] = {
        box.addButton(tr("Save &as…"), QMessageBox.ButtonRole.AcceptRole): "save_as",
        box.addButton(tr("&Replace"), QMessageBox.ButtonRole.DestructiveRole): "replace",
    }
    box.setEscapeButton(box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole))
    clicked = pressed(box)
    return next((key for it, key in buttons.items() if it is clicked), "cancel")


def changed_words(name: str) -> str:
    """Return the message that another program has changed the file of ``name``."""
    return tr(
        "“{name}” was changed by another program since it was opened or saved here.", name=name
    )


def ask_reload(parent: QWidget, name: str) -> bool:
    """Ask whether to reload the file of ``name`` although there are unsaved changes."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setText(tr("Open “{name}” again as it is on the disk?", name=name))
    box.setInformativeText(tr("Your changes since the last save are lost."))
    take = box.addButton(tr("&Reload"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    return pressed(box) is take


def ask_protected(parent: QWidget, name: str) -> bool:
    """Ask whether to save elsewhere, because the file of ``name`` is write-protected."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Write-protected"))
    box.setText(tr("The file of “{name}” is write-protected: it stays as it is.", name=name))
    take = box.addButton(tr("Save &as…"), QMessageBox.ButtonRole.AcceptRole)
    box.setEscapeButton(box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole))
    return pressed(box) is take


def ask_user_file(
    parent: QWidget, title: str, label: str, name: str, path_of: Callable[[str], Path]
) -> tuple[str, Path] | None:
    """Ask for the name of a file of the user's own, and before replacing an existing one.

    Args:
        parent: Parent of the dialogs.
        title: Title of the dialogs.
        label: What is asked for.
        name: The name that is proposed.
        path_of: Returns the path of the file with a name.

    Returns:
        The name and its path; None if the user cancels.
    """
    name, is_ok = QInputDialog.getText(parent, title, label, text=name)
    name = name.strip()
    if not is_ok or not name:
        return None
    if not file_name(name):
        QMessageBox.warning(parent, title, tr("A file cannot be called “{name}”.", name=name))
        return None
    path = path_of(name)
    text = tr("“{name}” exists already. Replace it?", name=path.stem)
    yes = QMessageBox.StandardButton.Yes
    if path.exists() and QMessageBox.question(parent, title, text) != yes:
        return None
    return name, path


def ask_recovery(parent: QWidget, recovery: Recovery) -> Recovering:
    """Ask what to do with unsaved work after a crash; ``later`` asks again at the next start."""
    moment = QDateTime.fromSecsSinceEpoch(int(recovery.saved_at.timestamp()))
    when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    picture = QPixmap()
    if picture.loadFromData(recovery.picture()):
        box.setIconPixmap(_within(picture, box.devicePixelRatioF()))
    box.setWindowTitle(tr("Unsaved work found"))
    box.setText(tr("The program was not closed properly. Open the unsaved work?"))
    description = tr(
        "“{name}”, backed up on {when}", name=recovery.name or tr("Untitled"), when=when
    )
    if recovery.held is not None:
        description = f"{description}\n{_held_words(recovery.held)}"
    buttons: dict[QPushButton, Recovering] = {}
    if recovery.training is not None:
        description = f"{description}\n{_underway_words(recovery.training)}"
        go_on = box.addButton(tr("Open it and &go on"), QMessageBox.ButtonRole.AcceptRole)
        buttons[go_on] = "go_on"
    box.setInformativeText(description)
    buttons[box.addButton(tr("&Open it"), QMessageBox.ButtonRole.AcceptRole)] = "open"
    buttons[box.addButton(tr("&Delete it"), QMessageBox.ButtonRole.DestructiveRole)] = "delete"
    later = box.addButton(tr("&Later"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(next(iter(buttons)))
    box.setEscapeButton(later)
    clicked = pressed(box)
    return next((key for it, key in buttons.items() if it is clicked), "later")


def _within(picture: QPixmap, ratio: float) -> QPixmap:
    """Return ``picture`` scaled down to the size of a preview; smaller ones keep their pixels."""
    available = _PREVIEW * ratio
    if picture.width() > available.width() or picture.height() > available.height():
        picture = picture.scaled(
            available,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    picture.setDevicePixelRatio(ratio)
    return picture


def _held_words(held: Held) -> str:
    if held.learnt:
        # The epochs are not those of the samples of the next training.
        now = _held_words(replace(held, epochs=0, learnt=0))
        before = _held_words(replace(held, samples=held.learnt, learnt=0))
        return f"{now}\n{tr('The network in it: {held}', held=before)}"
    samples = trn("{n:,} sample", "{n:,} samples", held.samples)
    if not held.epochs:
        return tr("{samples}; nothing learnt yet.", samples=samples)
    if held.runs == 1:
        return trn(
            "{samples}; learnt for {n:,} epoch.",
            "{samples}; learnt for {n:,} epochs.",
            held.epochs,
            samples=samples,
        )
    return trn(
        "{samples}; {runs:,} networks, learnt for {n:,} epoch.",
        "{samples}; {runs:,} networks, learnt for {n:,} epochs.",
        held.epochs,
        samples=samples,
        runs=held.runs,
    )


def _underway_words(training: TrainingProgress) -> str:
    return tr(
        "A training was running: {epochs:,} of {planned:,} epochs, loss {loss:.4g}, {time}.",
        epochs=training.epochs,
        planned=training.planned,
        loss=training.loss,
        time=clock(training.seconds),
    )


def choose_characters(
    parent: QWidget, labels: Sequence[str], images: ArrayLike, chosen: Sequence[str]
) -> tuple[str, ...] | None:
    """Ask for characters of a set; None if cancelled."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Choose characters"))
    open_at(dialog, 560, 520)
    from aegui.widgets.character_chooser import CharacterChooser

    chooser = CharacterChooser()
    chooser.set_samples(labels, images)
    chooser.set_chosen(chosen)
    chooser.setFocus()
    take = QPushButton(tr("&Use these"))
    chooser.chosen_changed.connect(lambda _chosen: take.setEnabled(bool(chooser.chosen)))
    layout = QVBoxLayout(dialog)
    layout.addWidget(chooser, 1)
    layout.addWidget(buttons_of(dialog, take=take, leave=tr("&Cancel")))
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return chooser.chosen if accepted and chooser.chosen else None


def show_about(parent: QWidget, memory: str) -> Literal["", "gpu"]:
    """Show version and machine, and ``memory``, an HTML table of memory use.

    Returns:
        ``gpu`` if the user asks for details about graphics cards, else "".
    """
    box = QMessageBox(parent)
    box.setWindowTitle(tr("About aegui"))
    box.setIconPixmap(icon_pixmap("app", _ICON_PX, "accent", parent.devicePixelRatioF()))
    box.setText(f"<b>aegui {aegui.__version__}</b>")
    about = tr("A laboratory for autoencoders: build, watch, draw and wander. MIT licence.")
    box.setInformativeText(f"<p>{about}</p><p>{html.escape(machine_status())}</p>{memory}")
    more = box.addButton(tr("Gra&phics card…"), QMessageBox.ButtonRole.ActionRole)
    enough = box.addButton(QMessageBox.StandardButton.Ok)
    # With two buttons Qt assigns neither to Esc and to the close button of the window.
    box.setEscapeButton(enough)
    box.setDefaultButton(enough)
    return "gpu" if pressed(box) is more else ""


def show_gpu(parent: QWidget) -> QDialog:
    """Show whether training uses a graphics card, and how to enable that."""
    text = "\n\n".join(gpu_words(gpu_state()))
    return show_text(parent, _GPU, tr("Graphics card"), text)


def import_summary(reading: CourseReading) -> str:
    """Return what was read from a foreign configuration, as Markdown."""
    parts = [
        (tr("Not supported by this version"), reading.needs),
        (tr("Understood"), reading.understood),
        (tr("Assumed"), reading.assumed),
        (tr("Left out"), reading.ignored),
    ]
    return listing((title, lines) for title, lines in parts if lines)


def show_import(parent: QWidget, reading: CourseReading) -> QDialog:
    """Show what was read from a foreign configuration."""
    title = trn("{n} setting was read", "{n} settings were read", len(reading.understood))
    return show_text(parent, _IMPORT, title, import_summary(reading))


def show_text(parent: QWidget, key: str, title: str, text: str) -> QDialog:
    """Show ``text``, Markdown, in a non-modal dialog; an open one of ``key`` is replaced."""
    for older in parent.findChildren(QDialog, key):
        older.close()
    dialog = QDialog(parent)
    dialog.setObjectName(key)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    open_at(dialog, 520, 480)
    browser = QTextBrowser()
    browser.setMarkdown(text)
    browser.setAccessibleName(dialog.windowTitle())
    buttons = buttons_of(dialog, leave=tr("&Close"))
    dialog.setLayout(column((browser, 1), buttons, margins=(SPACING,) * 4))
    dialog.show()
    return dialog


def listing(blocks: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Return headings, each with a list below, as Markdown."""
    return "\n\n".join(
        f"### {_escaped(title)}\n\n" + "\n".join(f"- {_escaped(line)}" for line in lines)
        for title, lines in blocks
    )


def _escaped(line: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|" else sign for sign in line)
