"""Folders that hand-ins are written to."""

from __future__ import annotations

import itertools
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from aegui.core.atomic import making_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIST_FILE = "figures.json"
"""The file that lists the figures, and marks the folder as a hand-in."""


def is_hand_in(folder: Path) -> bool:
    """Return whether a hand-in was written there."""
    return (folder / LIST_FILE).exists()


def has_files(folder: Path) -> bool:
    """Return whether ``folder`` has any content; a missing one has none.

    Raises:
        OSError: It cannot be listed.
    """
    return folder.exists() and any(folder.iterdir())


def free_folder(chosen: Path, name: str) -> Path:
    """Return ``chosen`` if it is empty, else a new folder ``name`` in it: nothing is overwritten.

    If ``chosen`` is an earlier hand-in, which may have been edited, the new folder is beside it.

    Raises:
        AeguiError: ``chosen`` cannot be listed.
    """
    with making_in_words(chosen):
        if not has_files(chosen):
            return chosen
        beside = chosen.parent if is_hand_in(chosen) else chosen
        for number in itertools.count(1):
            folder = beside / (name if number == 1 else f"{name}-{number}")
            if not folder.exists():
                return folder
    raise AssertionError("numbers do not end")


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """Context manager for writing a hand-in to ``folder``, which is empty or missing.

    On any exception everything is removed: a part of a hand-in looks like a whole one.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for entry in folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            for one in missing:
                one.rmdir()
        raise
