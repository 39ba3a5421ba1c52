"""The files of the library: its entries, and whether they have changed."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.leftovers import sweep
from aegui.core.library.entry import now
from aegui.core.run_file.saved import SUFFIX
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from pathlib import Path

Stamp = dict[str, tuple[int, int]]
"""Suffix -> size and modification time of the files of one entry."""

RUNS = "runs"
LIMITS = "limits.json"
BESIDE = ".json"
STUDY = f"{SUFFIX}-study"
_SUFFIXES = (BESIDE, SUFFIX, STUDY)
USUAL_LIMIT = 5 << 30
"""Default size in bytes above which the library counts as large."""
MIN_LIMIT = 1 << 20


class LibraryFiles:
    """The folder of a library.

    Args:
        folder: Its path.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = folder / RUNS

    def path(self, id: str, suffix: str) -> Path:
        """Return the path of an entry's file with ``suffix``."""
        return self._runs / f"{id}{suffix}"

    def create_folder(self) -> bool:
        """Create the folder if missing, and return whether it is writable.

        Raises:
            AeguiError: It is missing and cannot be created.
        """
        try:
            private_folder(self._folder)
            self._runs.mkdir(exist_ok=True)
            sweep(self._runs)
        except OSError as error:
            if not self._runs.is_dir():
                raise AeguiError(
                    tr(
                        "The library in {folder} cannot be made: {reason}.",
                        folder=self._folder,
                        reason=system_reason(error),
                    )
                ) from None
            return False
        return os.access(self._runs, os.W_OK) and os.access(self._folder, os.W_OK)

    def all(self) -> dict[str, Stamp]:
        """Return the files of every entry.

        Raises:
            AeguiError: The folder cannot be read.
        """
        found: dict[str, Stamp] = {}
        try:
            with os.scandir(self._runs) as items:
                for item in items:
                    stem, dot, suffix = item.name.rpartition(".")
                    if stem and not stem.startswith(".") and dot + suffix in _SUFFIXES:
                        with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                            known = item.stat()
                            found.setdefault(stem, {})[dot + suffix] = _mark(known)
        except OSError as error:
            raise AeguiError(
                tr(
                    "The library in {folder} could not be read: {reason}.",
                    folder=self._folder,
                    reason=system_reason(error),
                )
            ) from None
        return found

    def stamp(self, id: str) -> Stamp:
        """Return the stamp of the files of one entry."""
        found: Stamp = {}
        for suffix in _SUFFIXES:
            with contextlib.suppress(OSError):
                found[suffix] = _mark(self.path(id, suffix).stat())
        return found

    def limit(self) -> int:
        """Return the size limit in bytes that the user has set."""
        try:
            document = from_json((self._folder / LIMITS).read_text(encoding="utf-8"))
            return max(MIN_LIMIT, int(document["limit_bytes"]))
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return USUAL_LIMIT

    def set_limit(self, size: int) -> None:
        """Set the size limit.

        Raises:
            AeguiError: It is too small, or cannot be written.
        """
        if size < MIN_LIMIT:
            raise AeguiError(tr("The limit of the library must be at least 1 MB."))
        document = {"format": "aegui-library", "version": 1, "limit_bytes": size}
        write_atomically(self._folder / LIMITS, (json.dumps(document) + "\n").encode())


def stamp_text(stamp: Stamp) -> str:
    """Return a stamp as stored in the index."""
    return ";".join(f"{suffix}:{size}:{time}" for suffix, (size, time) in sorted(stamp.items()))


def unlinked(path: Path) -> int:
    """Remove a file if it exists, and return its size in bytes.

    Raises:
        AeguiError: It cannot be removed.
    """
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise AeguiError(
            tr("{file} could not be removed: {reason}.", file=path, reason=system_reason(error))
        ) from None
    return size


def identity(path: Path) -> tuple[int, int] | None:
    """Return an identity of the file at a path, independent of its content; None if missing."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino


def set_aside(path: Path, before: tuple[int, int] | None) -> str:
    """Rename a damaged index, unless another program has done so meanwhile.

    Args:
        path: The index.
        before: The file that was found damaged, see ``identity``.

    Returns:
        Its new name; empty if another program has renamed it.
    """
    if before is None or identity(path) != before:
        return ""
    aside = path.with_name(f"{path.stem}-damaged-{now().replace(':', '')}{path.suffix}")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return ""
    for suffix in ("-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    return aside.name


def _mark(known: os.stat_result) -> tuple[int, int]:
    return known.st_size, known.st_mtime_ns
