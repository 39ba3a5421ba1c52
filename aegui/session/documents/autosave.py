"""Copies of unsaved work, made in the background and offered again after a crash."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Qt, Signal, Slot

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.run_file.saved import SUFFIX, save_run
from aegui.paths import user_data_dir
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Underway:
    """How far a training had come that was under way.

    Attributes:
        epochs: Epochs done.
        planned: Epochs to do in all.
        loss: The last loss that was recorded.
        seconds: Training time.
    """

    epochs: int
    planned: int
    loss: float
    seconds: float


@dataclass(frozen=True)
class Recovery:
    """Work that a program which is no longer running left unsaved.

    Attributes:
        file: The copy.
        origin: The document it is a copy of; None if that was never saved.
        name: What the document was called.
        saved_at: When the copy was made, local time.
        training: How far the training in it had come, if one was under way.
    """

    file: Path
    origin: Path | None
    name: str
    saved_at: datetime
    training: Underway | None = None


class Autosave(QObject):
    """Keeps one copy of one document, locked for as long as the program runs.

    A copy is the run file ``ID.aegui``, with ``ID.json`` saying whose copy it is and ``ID.lock``
    whether its program still runs.
    """

    failed = Signal(str)
    """A copy could not be written; why, in words."""
    written = Signal(float)
    """A copy is on the disk, or could not be written; the seconds that this took."""
    _job_failed = Signal(str)
    _job_ended = Signal(float)

    def __init__(self, parent: QObject | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self._folder = folder if folder is not None else user_data_dir() / "autosave"
        self._key = uuid.uuid4().hex
        self._lock: QLockFile | None = None
        self._discarded: deque[tuple[Path, QLockFile | None]] = deque()
        self._job = LatestJob("aegui-autosave")
        self._job_failed.connect(self._on_job_failed, Qt.ConnectionType.QueuedConnection)
        self._job_ended.connect(self.written, Qt.ConnectionType.QueuedConnection)

    @property
    def folder(self) -> Path:
        """Where the copies of all programs are."""
        return self._folder

    @property
    def file(self) -> Path:
        """Where the copy is, once there is one."""
        return self._folder / f"{self._key}{SUFFIX}"

    @property
    def is_busy(self) -> bool:
        """Whether a copy is being written, or waits for that."""
        return self._job.busy

    def write(
        self, run: SavedRun, origin: Path | None, name: str, training: Underway | None = None
    ) -> None:
        """Replace the copy by ``run``, in the background; ``training`` is under way in it."""
        file, about = self.file, self.file.with_suffix(".json")
        document: dict[str, object] = {
            "origin": None if origin is None else str(origin),
            "name": name,
        }
        if training is not None:
            document["training"] = asdict(training)
        note = json.dumps(document)
        try:
            private_folder(self._folder)
        except OSError as error:
            self.failed.emit(str(error))
            return
        self._take_lock()

        def work() -> None:
            begun = time.monotonic()
            try:
                write_atomically(about, note.encode(), private=True)
                save_run(file, run, private=True)
            except AeguiError as error:
                self._job_failed.emit(str(error))
            finally:
                # Last, not first: what is being written may have been discarded meanwhile.
                self._clear()
                self._job_ended.emit(time.monotonic() - begun)

        self._job.submit(work)

    def flush(self, seconds: float = 3.0) -> None:
        """Wait until the copy is on the disk, and those that were discarded are not."""
        self._job.wait(seconds)

    def discard(self) -> None:
        """Have the copy removed: the document is safe, or is not wanted.

        It may be being written at present, so that this is done in the background too.
        """
        if self._lock is None:
            return
        self._discarded.append((self.file, self._lock))
        self._lock, self._key = None, uuid.uuid4().hex
        self._job.submit(self._clear)

    def _clear(self) -> None:
        """Remove what was discarded."""
        while self._discarded:
            file, lock = self._discarded.popleft()
            remove(file)
            if lock is not None:
                lock.unlock()

    def shutdown(self) -> None:
        """Remove the copy and make no more: the program ends as it should."""
        self._discarded.append((self.file, self._lock))
        self._lock = None
        if self._job.shutdown():
            self._clear()

    def leave(self, seconds: float) -> None:
        """Leave the copy to the next program, once it is on the disk, and make no more."""
        self._job.wait(seconds)
        self._job.shutdown()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def found(self) -> tuple[Recovery, ...]:
        """Copies that no running program holds, the newest first."""
        files = [file for file in self._folder.glob(f"*{SUFFIX}") if file != self.file]
        orphans = [_recovery(file) for file in files if _is_orphan(file)]
        return tuple(sorted(orphans, key=lambda copy: copy.saved_at, reverse=True))

    def sweep(self) -> None:
        """Remove notes and locks without a copy, which no running program holds."""
        for path in (*self._folder.glob("*.json"), *self._folder.glob("*.lock")):
            copy = path.with_suffix(SUFFIX)
            # To take a lock whose program is gone is to remove it.
            if not copy.exists() and copy != self.file and _is_orphan(copy):
                remove(copy)

    def take_over(self, recovery: Recovery) -> None:
        """Go on with the copy ``recovery`` as our own, which is as unsaved as it was."""
        self.discard()
        self._key = recovery.file.stem
        self._take_lock()

    def _take_lock(self) -> None:
        if self._lock is None:
            self._lock = _lock_of(self.file)
            if not self._lock.tryLock(0):
                _log.info("%s could not be locked", self.file)

    @Slot(str)
    def _on_job_failed(self, reason: str) -> None:
        self.failed.emit(reason)


def remove(file: Path) -> None:
    """Remove a copy and what belongs to it."""
    for path in (file, file.with_suffix(".json")):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.info("%s could not be removed: %s", path, error)


def set_aside(recovery: Recovery) -> Path:
    """Keep a damaged copy under another name, under which it is not offered again; which one."""
    aside = recovery.file.with_name(recovery.file.name + ".damaged")
    try:
        recovery.file.replace(aside)
        recovery.file.with_suffix(".json").unlink(missing_ok=True)
    except OSError as error:
        _log.info("%s could not be put aside: %s", recovery.file, error)
        return recovery.file
    return aside


def _lock_of(file: Path) -> QLockFile:
    lock = QLockFile(str(file.with_suffix(".lock")))
    # However old: only the death of its program frees it.
    lock.setStaleLockTime(0)
    return lock


def _is_orphan(file: Path) -> bool:
    lock = _lock_of(file)
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return free


def _recovery(file: Path) -> Recovery:
    origin: Path | None = None
    name = ""
    training: Underway | None = None
    try:
        about = json.loads(file.with_suffix(".json").read_bytes())
        name = str(about["name"])
        origin = None if about["origin"] is None else Path(about["origin"])
        if "training" in about:
            training = Underway(**about["training"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.info("%s does not say whose copy it is: %s", file, error)
    return Recovery(file, origin, name, datetime.fromtimestamp(file.stat().st_mtime), training)
