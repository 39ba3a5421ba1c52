"""The records of finished runs of a study, and the folder that stores them.

A folder holds ``study.json``, the plan; ``runs.jsonl``, a line for each finished run with its
figures; and ``runs/*.safetensors`` with weights and histories. A line is written once its tensors
are on the disk, so that a crash loses only the runs that were in progress.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.atomic import write_atomically
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import without_quality
from aegui.core.folder_lock import FolderLock
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.tensor_bytes import packed, unpacked
from aegui.core.study.plan import plan_from, plan_json
from aegui.core.system_reason import system_reason, unreadable
from aegui.paths import user_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.study.plan import StudyPlan

PLAN_FILE = "study.json"
LINES_FILE = "runs.jsonl"
TENSORS_FOLDER = "runs"
TABLE_FILE = "runs.csv"
"""A table of all runs, written at the end of a study."""
_ROW = "weights"
_TESTED = "tried"
_MAX_BYTES = 1 << 30


def default_folder(path: Path) -> Path:
    """Return the default folder for the runs of the plan in the file ``path``."""
    return user_data_dir() / "studies" / re.sub(r"[^\w.-]+", "-", path.stem)


def with_stored_seeds(plan: StudyPlan, folder: Path) -> StudyPlan:
    """Return ``plan`` with the seeds that were added to it in ``folder``.

    If the folder does not hold the same plan with more seeds, ``plan`` is returned unchanged.
    """
    try:
        stored = plan_from(from_json((folder / PLAN_FILE).read_text("utf-8")), PLAN_FILE)
    except (OSError, ValueError, AeguiError):
        return plan
    with_stored = plan.model_copy(update={"seeds": stored.seeds})
    is_more = stored.seeds.first == plan.seeds.first and stored.seeds.count > plan.seeds.count
    return with_stored if is_more and stored == with_stored else plan


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A finished run of a study."""

    key: str
    """Key of its recipe, see ``settings.key_of``."""
    seed: int
    """Its seed."""
    reason: str
    """Why it ended, see ``result.Reason``."""
    figures: Mapping[str, float]
    """By their keys, see ``run_figures.py``; those that its kind of model has."""
    wrong: tuple[int, ...] = ()
    """Wrong pixels of each sample; empty for models that do not reconstruct."""
    history: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    """Recorded columns by name, ``[n]`` each, ``epoch`` among them."""
    row: NDArray[np.float32] | None = None
    """Best weights, in the form of a timeline's row."""
    tried_by: str = ""
    """Key of the noises that it was tested with, see ``NoiseTests.key``; empty if none."""
    tried: NDArray[np.floating] | None = None
    """Mean wrong pixels of each of N samples with each of C noises, ``[C, N]``."""

    @property
    def compared(self) -> RunRecord:
        """The run as it is compared with others: a diverged one has no figures of its quality."""
        if self.reason != "diverged":
            return self
        return replace(self, figures=without_quality(self.figures), wrong=())

    def line(self) -> dict[str, Any]:
        """Return all but the tensors, as JSON."""
        figures = {key: _number(value) for key, value in self.figures.items()}
        wrong = list(self.wrong)
        return {
            "key": self.key,
            "seed": self.seed,
            "reason": self.reason,
            "figures": figures,
            "wrong": wrong,
            **({"tried": self.tried_by} if self.tried_by else {}),
        }

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """Return the tensors, by names that begin with the key."""
        found: dict[str, NDArray[np.generic]] = {
            f"{self.key}/{name}": np.ascontiguousarray(column, np.float32)
            for name, column in self.history.items()
        }
        if self.row is not None:
            found[f"{self.key}/{_ROW}"] = np.ascontiguousarray(self.row, np.float32)
        if self.tried is not None:
            found[f"{self.key}/{_TESTED}"] = np.ascontiguousarray(self.tried, np.float32)
        return found


def _number(value: float) -> float | str:
    """Return NaN and infinities, which JSON lacks, as strings."""
    return float(value) if np.isfinite(value) else repr(float(value))


def packed_records(records: Sequence[RunRecord]) -> tuple[list[dict[str, Any]], bytes]:
    """Pack records as lines and one block of safetensors, for transfer and storage."""
    tensors: dict[str, NDArray[np.generic]] = {}
    for record in records:
        tensors.update(record.tensors())
    return [record.line() for record in records], b"".join(bytes(it) for it in packed(tensors))


def record_of(line: Mapping[str, Any]) -> RunRecord:
    """Return the record of a line, without its tensors.

    Raises:
        ValueError: The line is invalid.
    """
    try:
        figures = {str(key): float(value) for key, value in line["figures"].items()}
        wrong = tuple(int(count) for count in line["wrong"])
        seed, reason, tried = int(line["seed"]), str(line["reason"]), str(line.get("tried", ""))
        return RunRecord(str(line["key"]), seed, reason, figures, wrong, tried_by=tried)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(str(error)) from None


class Records:
    """The finished runs of a study, in a folder or only in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        """Where they are stored, or None."""
        self._known: dict[str, RunRecord] = {}
        self._files: dict[str, str] = {}
        self._lock: FolderLock | None = None
        if folder is not None:
            self._read(folder)

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[RunRecord]:
        return iter(tuple(self._known.values()))

    def get(self, key: str) -> RunRecord | None:
        """Return the run with that key; its tensors only if in memory, see ``complete``."""
        return self._known.get(key)

    def complete(self, key: str) -> RunRecord:
        """Return the run with that key, with history and weights.

        Raises:
            ReadError: The file of the tensors cannot be read any more.
        """
        return next(self.several((key,)))

    def several(self, keys: Iterable[str]) -> Iterator[RunRecord]:
        """Yield the runs of ``keys`` with histories and weights, in the order of the files.

        Each file is read once and its runs are yielded together, so not in the order of ``keys``.

        Raises:
            ReadError: A file cannot be read any more.
        """
        by_file: dict[str, list[str]] = {}
        for key in keys:
            if self._known[key].row is not None or self.folder is None:
                yield self._known[key]
            else:
                by_file.setdefault(self._files[key], []).append(key)
        for name, some in by_file.items():
            tensors = self._tensors(name)
            for key in some:
                yield _with_tensors(self._known[key], tensors)

    def _tensors(self, name: str) -> dict[str, NDArray[np.generic]]:
        assert self.folder is not None, "there are files in a folder only"
        path = self.folder / TENSORS_FOLDER / name
        try:
            return dict(unpacked(bytearray(path.read_bytes())))
        except (OSError, ValueError) as error:
            raise unreadable(path, error) from None

    def begin(self, plan: StudyPlan) -> None:
        """Prepare and lock the folder for the runs of ``plan``, until ``end``.

        Runs that another program has finished in it since are read.

        Raises:
            AeguiError: The folder cannot be written to, belongs to another study, or is locked by
                another program.
        """
        if self.folder is None:
            return
        path = self.folder / PLAN_FILE
        with _refusing(self.folder):
            (self.folder / TENSORS_FOLDER).mkdir(parents=True, exist_ok=True)
        lock = FolderLock(self.folder)
        lock.take()
        self._lock = lock
        try:
            self._begin(plan, path)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Release the lock of the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _begin(self, plan: StudyPlan, path: Path) -> None:
        assert self.folder is not None
        with _refusing(self.folder):
            self._mend_last_line()
        self._read(self.folder)
        if path.exists():
            try:
                before = plan_from(from_json(path.read_text("utf-8")), path.name)
            except (OSError, ValueError, AeguiError):
                before = None
            if before is not None and before.name != plan.name:
                raise AeguiError(
                    tr(
                        "{folder} holds the study “{theirs}”, not “{ours}”: choose another folder "
                        "with --out.",
                        folder=self.folder,
                        theirs=before.name,
                        ours=plan.name,
                    )
                )
        write_atomically(path, plan_json(plan).encode())

    def add(self, lines: Sequence[Mapping[str, Any]], tensors: bytes) -> list[RunRecord]:
        """Store finished runs; on return they are on the disk.

        Raises:
            AeguiError: The runs could not be written; earlier ones are untouched.
        """
        found = [record_of(line) for line in lines]
        if self.folder is None:
            by_name = unpacked(bytearray(tensors))
            found = [_with_tensors(record, by_name) for record in found]
        else:
            name = f"{uuid.uuid4().hex[:16]}.safetensors"
            write_atomically(self.folder / TENSORS_FOLDER / name, tensors)
            text = "".join(_line({**line, "file": name}) for line in lines)
            with _refusing(self.folder), (self.folder / LINES_FILE).open("ab") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            self._files.update((record.key, name) for record in found)
        self._known.update((record.key, record) for record in found)
        return found

    def _read(self, folder: Path) -> None:
        if folder.is_file():
            raise AeguiError(
                tr(
                    "{folder} is a file, but runs are kept in a folder: name another one.",
                    folder=folder,
                )
            )
        for line in _lines_of(folder / LINES_FILE):
            name = line.get("file")
            if not isinstance(name, str) or Path(name).name != name:
                continue
            try:
                if not (folder / TENSORS_FOLDER / name).is_file():
                    continue
                record = record_of(line)
            except (OSError, ValueError):  # An invalid file name, or an invalid line
                continue
            self._known[record.key] = record
            self._files[record.key] = name

    def _mend_last_line(self) -> None:
        """End a line that a crash has truncated, so that the next one is separate."""
        assert self.folder is not None
        path = self.folder / LINES_FILE
        if not path.exists() or not path.stat().st_size:
            return
        with path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")


def _with_tensors(record: RunRecord, tensors: Mapping[str, NDArray[np.generic]]) -> RunRecord:
    start = f"{record.key}/"
    arrays: dict[str, Any] = {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }
    row, tried = arrays.pop(_ROW, None), arrays.pop(_TESTED, None)
    return replace(record, history=arrays, row=row, tried=tried)


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), allow_nan=False) + "\n"


def _lines_of(path: Path) -> Iterable[dict[str, Any]]:
    """Yield every complete line; one that a crash has truncated is left out."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from None
    for line in text.splitlines():
        try:
            document = from_json(line)
        except ValueError:
            continue
        if isinstance(document, dict):
            yield document


@contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Turn errors of the file system into messages about ``folder``."""
    try:
        yield
    except OSError as error:
        raise AeguiError(
            tr(
                "{folder} could not be written to: {reason}. Finished runs are kept: repeat the "
                "study once that is mended, or in another folder.",
                folder=folder,
                reason=system_reason(error),
            )
        ) from error
