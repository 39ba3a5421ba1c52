"""Background recovery copies of unsaved work, which are offered after a crash."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections import deque
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from PySide6.QtCore import QLockFile, QObject, Qt, Signal

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.errors import AeguiError, ReadError
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.saved import SUFFIX, THUMBNAIL, save_run
from aegui.paths import user_data_dir
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun

_MAX_NOTE_BYTES = 64 << 10
_MAX_PICTURE_BYTES = 4 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingProgress:
    """Progress of a training that was running when the copy was made."""

    epochs: int
    """Completed epochs."""
    planned: int
    """Epochs in total."""
    loss: float
    """The last recorded loss."""
    seconds: float
    """Training time."""


@dataclass(frozen=True)
class Held:
    """Summary of the content of a copy."""

    samples: int
    """Number of samples."""
    epochs: int = 0
    """Epochs that the network was trained for; 0 if untrained."""
    runs: int = 0
    """Number of trained networks."""
    learnt: int = 0
    """Number of samples that they were trained on, if those are others; else 0."""


@dataclass(frozen=True)
class Recovery:
    """Unsaved work of an instance that is no longer running."""

    file: Path
    """The copy."""
    origin: Path | None
    """The document it is a copy of; None if that was never saved."""
    name: str
    """Name of the document."""
    saved_at: datetime
    """When the copy was made, local time."""
    training: TrainingProgress | None = None
    """Progress of the training in it, if one was running."""
    held: Held | None = None
    """Summary of its content; None if unknown."""

    def picture(self) -> bytes:
        """Return a PNG of the network's outputs for the samples; empty if it cannot be read."""
        try:
            with Archive(self.file) as archive:
                return bytes(archive.read(THUMBNAIL, _MAX_PICTURE_BYTES))
        except ReadError as error:
            _log.info("no picture of %s: %s", self.file, error)
            return b""


_UNDERWAY = TypeAdapter(TrainingProgress)
_HELD = TypeAdapter(Held)


class Autosave(QObject):
    """Maintains one recovery copy of one document, locked while the program runs.

    A copy consists of the run file ``ID.aegui``, the note ``ID.json`` with the origin of the copy,
    and ``ID.lock``, which is locked while the owning instance runs.
    """

    failed = Signal(object)
    """Emitted with the reason when a copy could not be written."""
    written = Signal(float, bool)
    """Emitted when a write has ended: its duration in seconds, and whether it was successful."""
    _job_failed = Signal(object)
    _job_ended = Signal(float, bool)

    def __init__(self, parent: QObject | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.folder = folder if folder is not None else user_data_dir() / "autosave"
        """Folder of the copies of all instances."""
        self._key = uuid.uuid4().hex
        self._lock: QLockFile | None = None
        self._discarded: deque[tuple[Path, QLockFile | None]] = deque()
        self._job = LatestJob("aegui-autosave")
        self._job_failed.connect(self.failed, Qt.ConnectionType.QueuedConnection)
        self._job_ended.connect(self.written, Qt.ConnectionType.QueuedConnection)

    @property
    def file(self) -> Path:
        """Return the path of the copy, whether or not it exists yet."""
        return self.folder / f"{self._key}{SUFFIX}"

    @property
    def is_busy(self) -> bool:
        """Return whether a copy is being written or queued."""
        return self._job.busy

    def write(
        self,
        run: SavedRun,
        origin: Path | None,
        name: str,
        training: TrainingProgress | None = None,
    ) -> None:
        """Replace the copy by ``run`` in the background; ``training`` is its running training."""
        file, about = self.file, self.file.with_suffix(".json")
        document: dict[str, object] = {
            "origin": None if origin is None else str(origin),
            "name": name,
            "held": asdict(_held(run)),
        }
        if training is not None:
            document["training"] = asdict(training)
        note = json.dumps(document)
        try:
            private_folder(self.folder)
        except OSError as error:
            self.failed.emit(str(error))
            return
        self._take_lock()

        def work() -> None:
            begun, is_written = time.monotonic(), False
            try:
                # The note must never promise more than the copy has, and each copy needs a note.
                if not file.exists():
                    write_atomically(about, note.encode(), private=True)
                save_run(file, run, private=True)
                write_atomically(about, note.encode(), private=True)
                is_written = True
            except AeguiError as error:
                self._job_failed.emit(str(error))
            finally:
                # After the write: this copy may have been discarded in the meantime.
                self._clear()
                self._job_ended.emit(time.monotonic() - begun, is_written)

        self._job.submit(work)

    def flush(self, seconds: float = 3.0) -> None:
        """Wait until the copy has been written and discarded ones have been removed."""
        self._job.wait(seconds)

    def discard(self) -> None:
        """Remove the copy in the background: the document was saved or discarded.

        The worker thread removes it, as it may be writing the copy at this moment.
        """
        if self._lock is None:
            return
        self._discarded.append((self.file, self._lock))
        self._lock, self._key = None, uuid.uuid4().hex
        self._job.submit(self._clear)

    def _clear(self) -> None:
        """Remove the discarded copies."""
        while self._discarded:
            file, lock = self._discarded.popleft()
            remove(file)
            if lock is not None:
                lock.unlock()

    def shutdown(self) -> None:
        """Remove the copy and accept no more: the program ends normally."""
        self._discarded.append((self.file, self._lock))
        self._lock = None
        if self._job.shutdown():
            self._clear()

    def leave(self, seconds: float) -> None:
        """Keep the copy for the next start once it is written, and accept no more."""
        self._job.wait(seconds)
        self._job.shutdown()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def found(self) -> tuple[Recovery, ...]:
        """Return the copies that no running instance has locked, newest first."""
        files = [file for file in self.folder.glob(f"*{SUFFIX}") if file != self.file]
        orphans = [recovery_of(file) for file in files if file.exists() and _is_orphan(file)]
        return tuple(sorted(orphans, key=lambda copy: copy.saved_at, reverse=True))

    def sweep(self) -> None:
        """Remove notes and locks without a copy that no running instance has locked."""
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.lock")):
            copy = path.with_suffix(SUFFIX)
            # Taking and releasing the lock of a dead instance removes the lock file.
            if not copy.exists() and copy != self.file and _is_orphan(copy):
                remove(copy)

    def take_over(self, recovery: Recovery) -> None:
        """Adopt the copy ``recovery`` as the copy of this document."""
        self.discard()
        self._key = recovery.file.stem
        self._take_lock()

    def _take_lock(self) -> None:
        if self._lock is None:
            self._lock = _lock_of(self.file)
            if not self._lock.tryLock(0):
                _log.info("%s could not be locked", self.file)


def remove(file: Path) -> None:
    """Remove a copy and its note."""
    for path in (file, file.with_suffix(".json")):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.info("%s could not be removed: %s", path, error)


def set_aside(recovery: Recovery) -> Path:
    """Rename a damaged copy so that it is not offered again, and return its path."""
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
    # A lock never expires by age: only the death of its process releases it.
    lock.setStaleLockTime(0)
    return lock


def _is_orphan(file: Path) -> bool:
    lock = _lock_of(file)
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return free


def recovery_of(file: Path) -> Recovery:
    """Return the description of the copy ``file``, as far as its note is readable."""
    origin: Path | None = None
    name = ""
    training: TrainingProgress | None = None
    held: Held | None = None
    try:
        with file.with_suffix(".json").open("rb") as note:
            about = from_json(note.read(_MAX_NOTE_BYTES))
        name = str(about["name"])
        origin = None if about["origin"] is None else Path(about["origin"])
        if "training" in about:
            training = _UNDERWAY.validate_python(about["training"])
        if "held" in about:
            held = _HELD.validate_python(about["held"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.info("%s does not say whose copy it is: %s", file, error)
    return Recovery(file, origin, name, _written_at(file), training, held)


def _written_at(file: Path) -> datetime:
    """Return when ``file`` was written; the current time if its timestamp is invalid."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime)
    except (OSError, OverflowError, ValueError):
        return datetime.now()


def _held(run: SavedRun) -> Held:
    epochs = max((result.epochs for result in run.results), default=0)
    dataset = run.dataset if run.draft is None else run.draft.dataset
    learnt = len(run.dataset) if epochs and dataset is not run.dataset else 0
    return Held(len(dataset), epochs, len(run.results), learnt)
