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

from pydantic import TypeAdapter
from PySide6.QtCore import QLockFile, QObject, Qt, Signal, Slot

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.errors import AeguiError, ReadError
from aegui.core.json_text import from_json
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.saved import SUFFIX, THUMBNAIL, save_run
from aegui.paths import user_data_dir
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun

_MOST_NOTE_BYTES = 64 << 10
_MOST_PICTURE_BYTES = 4 << 20
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
class Held:
    """What a copy holds, in short.

    Attributes:
        samples: Samples of the data.
        epochs: Epochs that the network has learnt; 0: nothing yet.
        runs: How many networks have.
    """

    samples: int
    epochs: int = 0
    runs: int = 0


@dataclass(frozen=True)
class Recovery:
    """Work that a program which is no longer running left unsaved.

    Attributes:
        file: The copy.
        origin: The document it is a copy of; None if that was never saved.
        name: What the document was called.
        saved_at: When the copy was made, local time.
        training: How far the training in it had come, if one was under way.
        held: What is in it; None where that is not known.
    """

    file: Path
    origin: Path | None
    name: str
    saved_at: datetime
    training: Underway | None = None
    held: Held | None = None

    def picture(self) -> bytes:
        """A PNG of what the network makes of the samples; empty where it cannot be read."""
        try:
            with Archive(self.file) as archive:
                return bytes(archive.read(THUMBNAIL, _MOST_PICTURE_BYTES))
        except ReadError as error:
            _log.info("no picture of %s: %s", self.file, error)
            return b""


_UNDERWAY = TypeAdapter(Underway)
_HELD = TypeAdapter(Held)


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
        self.folder = folder if folder is not None else user_data_dir() / "autosave"
        """Where the copies of all programs are."""
        self._key = uuid.uuid4().hex
        self._lock: QLockFile | None = None
        self._discarded: deque[tuple[Path, QLockFile | None]] = deque()
        self._job = LatestJob("aegui-autosave")
        self._job_failed.connect(self._on_job_failed, Qt.ConnectionType.QueuedConnection)
        self._job_ended.connect(self.written, Qt.ConnectionType.QueuedConnection)

    @property
    def file(self) -> Path:
        """Where the copy is, once there is one."""
        return self.folder / f"{self._key}{SUFFIX}"

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
            begun = time.monotonic()
            try:
                # The note never says more than is there, and no copy is without one.
                if not file.exists():
                    write_atomically(about, note.encode(), private=True)
                save_run(file, run, private=True)
                write_atomically(about, note.encode(), private=True)
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
        files = [file for file in self.folder.glob(f"*{SUFFIX}") if file != self.file]
        orphans = [recovery_of(file) for file in files if file.exists() and _is_orphan(file)]
        return tuple(sorted(orphans, key=lambda copy: copy.saved_at, reverse=True))

    def sweep(self) -> None:
        """Remove notes and locks without a copy, which no running program holds."""
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.lock")):
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


def recovery_of(file: Path) -> Recovery:
    """What is said of the copy ``file`` beside it, as far as that can be read."""
    origin: Path | None = None
    name = ""
    training: Underway | None = None
    held: Held | None = None
    try:
        with file.with_suffix(".json").open("rb") as note:
            about = from_json(note.read(_MOST_NOTE_BYTES))
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
    """When ``file`` was written; a clock that was wrong then may have said anything."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime)
    except (OSError, OverflowError, ValueError):
        return datetime.now()


def _held(run: SavedRun) -> Held:
    epochs = max((result.epochs for result in run.results), default=0)
    samples = len(run.dataset if run.draft is None else run.draft.dataset)
    return Held(samples, epochs, len(run.results))
