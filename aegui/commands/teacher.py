"""``aegui teacher check``: validate a teacher file, and list what it hides and locks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.words import say
from aegui.core.i18n import said, tr
from aegui.core.teacher import check_names, lesson_path, load_teacher_file

if TYPE_CHECKING:
    import argparse


def check_command(options: argparse.Namespace) -> int:
    """Read a teacher file and print what it does.

    Raises:
        AeguiError: It is no valid teacher file; the message says why.
    """
    from aegui.window.names import window_names  # loads the tables of all features

    path = Path(options.file)
    file = load_teacher_file(path)
    check_names(file, window_names(), path.name)
    lesson = lesson_path(file, path.parent)
    recipe = file.recipe if isinstance(file.recipe, str) else tr("one of its own")
    rows = (
        (tr("title"), said(file.title)),
        (tr("language"), file.language),
        (tr("lesson"), "" if lesson is None else lesson.name),
        (tr("recipe"), recipe),
        (tr("hidden panels"), ", ".join(file.hidden.panels)),
        (tr("hidden commands"), ", ".join(file.hidden.actions)),
        (tr("locked commands"), ", ".join(file.locked.actions)),
        (tr("locked settings"), ", ".join(file.locked.fields)),
        (tr("password to leave"), tr("no") if file.word is None else tr("yes")),
    )
    for name, value in rows:
        if value:
            say(tr("{name}: {value}", name=name, value=value))
    return 0
