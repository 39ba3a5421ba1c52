"""A lock that lets one program at a time write to a folder, also across machines.

A small file names the owner. It is created exclusively (``O_EXCL``), which also works over NFS,
where locks of the system are unreliable. The lock of a killed program of this machine is taken
over, by one program of this machine at a time; that of another machine cannot be checked, so the
user is told which file to remove.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
import uuid
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.leftovers import is_ended, owner_mark
from aegui.core.light_dataclass import dataclass
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "in-use.lock"
_MAX_BYTES = 4096
_WRITTEN_SECONDS = 2.0
"""Time within which a living program writes the owner into its new lock file."""
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 30.0
"""Longest wait for a lock of the system."""


@dataclass(frozen=True)
class _Owner:
    """The owner of a folder; without a mark it is unknown."""

    mark: str = ""
    process: int = 0
    machine: str = ""


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a lock of the system on ``folder``, where there is one; others wait for it.

    It is for a look and a write that belong together, not for long work. It ends with the program
    that holds it; after ``_PATIENCE_SECONDS`` others go on without it, as that program may be
    stopped (Ctrl-Z).
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            until = time.monotonic() + _PATIENCE_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= until:
                        break
                    time.sleep(_LOOK_SECONDS)
                else:
                    break
        yield


class FolderLock:
    """The right to write to a folder.

    Args:
        folder: The folder, which must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / LOCK
        self._is_held = False

    def take(self) -> None:
        """Acquire the lock; does nothing if this program has it already.

        Raises:
            AeguiError: Another program has it, or the folder cannot be written to.
        """
        while not self._create():
            owner = self._owner()
            if owner is None:
                continue  # Its owner has just released it
            if owner.mark == owner_mark():
                break
            if owner.mark and not is_ended(owner.mark):
                raise AeguiError(self._words(owner))
            self._take_away(owner)
        self._is_held = True

    def release(self) -> None:
        """Release the lock, if it is held."""
        if self._is_held:
            self._is_held = False
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _create(self) -> bool:
        """Create the lock file; return whether it is this program's now."""
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            return False
        except OSError as error:
            raise AeguiError(
                tr(
                    "{folder} could not be written to: {reason}.",
                    folder=self._folder,
                    reason=system_reason(error),
                )
            ) from None
        owner = {"owner": owner_mark(), "process": os.getpid(), "machine": socket.gethostname()}
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(owner))
        return True

    def _owner(self) -> _Owner | None:
        """Return the owner of the folder; None if it is not locked any more."""
        until = time.monotonic() + _WRITTEN_SECONDS
        while True:
            try:
                with self._path.open("rb") as file:
                    said = from_json(file.read(_MAX_BYTES))
                return _Owner(str(said["owner"]), int(said["process"]), str(said["machine"]))
            except FileNotFoundError:
                return None
            except (OSError, ValueError, KeyError, TypeError):
                # Its owner may be between creating and filling it, or was killed there.
                if time.monotonic() >= until:
                    return _Owner()
                time.sleep(_LOOK_SECONDS)

    def _take_away(self, owner: _Owner) -> None:
        """Remove the lock of a killed program, unless another program has replaced it meanwhile."""
        # Otherwise a second program would move the new lock of the first aside for a moment, in
        # which a third could create its own.
        with alone_in(self._folder):
            if self._at(self._path) == owner.mark:
                self._move_away(owner)

    def _move_away(self, owner: _Owner) -> None:
        """Remove the lock; restore it if it is another one than that of ``owner``."""
        aside = self._path.with_name(f".{LOCK}-{uuid.uuid4().hex[:12]}")
        try:
            self._path.rename(aside)
        except FileNotFoundError:
            return
        except OSError as error:
            raise AeguiError(
                tr("{file} could not be removed: {reason}.", file=self._path, reason=error)
            ) from None
        if FolderLock._at(aside) != owner.mark:
            # Not by a hard link, which some file systems lack.
            with contextlib.suppress(OSError), self._path.open("xb") as file:
                file.write(aside.read_bytes())
        aside.unlink()

    @staticmethod
    def _at(path: Path) -> str:
        try:
            return str(from_json(path.read_bytes())["owner"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _words(self, owner: _Owner) -> str:
        if owner.machine == socket.gethostname():
            return tr(
                "{folder} is in use by another program (process {process}): wait until that one "
                "has ended, or end it. What it has finished is kept.",
                folder=self._folder,
                process=owner.process,
            )
        return tr(
            "{folder} is in use by a program on {machine} (process {process} there): wait until it "
            "has ended. If it has ended already, remove {file}.",
            folder=self._folder,
            machine=owner.machine,
            process=owner.process,
            file=self._path,
        )
