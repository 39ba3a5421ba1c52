"""Folders that hand-ins are written to."""

from __future__ import annotations

import itertools
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIST_FILE = "figures.json"
"""What says which figure is which, and that the folder is that of a hand-in."""


def is_hand_in(folder: Path) -> bool:
    """Whether a hand-in was written there."""
    return (folder / LIST_FILE).exists()


def has_files(folder: Path) -> bool:
    """Whether there is anything in ``folder``; one that is not there is empty.

    Raises:
        OSError: It cannot be looked into.
    """
    return folder.exists() and any(folder.iterdir())


def free_folder(chosen: Path, name: str) -> Path:
    """``chosen`` if it is empty, else a new folder called ``name`` in it: nothing is overwritten.

    Of an earlier hand-in, which may have been worked on since, the new one stands beside it.

    Raises:
        OSError: ``chosen`` cannot be looked into.
    """
    if not has_files(chosen):
        return chosen
    beside = chosen.parent if is_hand_in(chosen) else chosen
    for number in itertools.count(1):
        folder = beside / (name if number == 1 else f"{name}-{number}")
        if not folder.exists():
            return folder
    raise AssertionError("numbers do not end")


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[None]:
    """While a hand-in is written to ``folder``, which is empty or not there.

    Where it is not finished all of it goes again: a part of one looks like a whole one.
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
