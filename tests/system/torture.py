"""Kill the program at random moments, and inspect what is left: ``make torture``.

A process with all imports done forks one victim after the other, each with a home of its own and
the real program: the window (offscreen) that trains, edits, saves, imports or keeps short trainings
in the library, or a command that trains or runs a study. It is killed by SIGKILL. Then

- every file left behind must be readable;
- the program is started again: it must offer unsaved work, with a picture of it, no more than ten
  seconds older than the kill;
- after that start has ended normally, no temporary file, lock or backup copy may be left.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_LOST_SECONDS = 10.0
_START_SECONDS = 180.0
_LONGEST_SECONDS = 14.0
_USUAL_SECONDS = 4.0
_LOOK_MS = 40
_LITTER = re.compile(r"\.aegui-[0-9a-f]{8}-|\.lock(\Z|-)|\.part\Z|\.new\Z|\.damaged\Z|\.broken\Z")
_EPOCHS = 50_000_000


@dataclass
class Home:
    """The home of one victim, and the log of its progress."""

    folder: Path

    @property
    def documents(self) -> Path:
        """Return the folder of documents."""
        return self.folder / "documents"

    @property
    def said(self) -> Path:
        """Return the log file: a line for each step with seconds, word and number."""
        return self.folder / "said"

    def make(self) -> None:
        """Create the folders."""
        for name in ("documents", "runtime"):
            (self.folder / name).mkdir(mode=0o700)

    def enter(self) -> None:
        """Make this the home of the current process."""
        os.environ.update(
            HOME=str(self.folder),
            XDG_RUNTIME_DIR=str(self.folder / "runtime"),
            QT_QPA_PLATFORM="offscreen",
            LANGUAGE="en",
            LC_ALL="C.UTF-8",
            **{
                f"XDG_{name}_HOME": str(self.folder / name.lower())
                for name in ("DATA", "CONFIG", "CACHE", "STATE")
            },
        )

    def say(self, word: str, number: int) -> None:
        """Log a step, unbuffered, so that it survives a kill."""
        with self.said.open("ab", buffering=0) as file:
            file.write(f"{time.monotonic():.3f} {word} {number}\n".encode())

    def steps(self, word: str) -> list[tuple[float, int]]:
        """Return the logged steps of one kind."""
        if not self.said.exists():
            return []
        lines = [line.split() for line in self.said.read_text().splitlines(keepends=True)]
        return [
            (float(line[0]), int(line[2])) for line in lines if len(line) == 3 and line[1] == word
        ]


@dataclass
class Outcome:
    """The outcome of one kill.

    Attributes:
        scenario: What the victim did.
        after: Seconds from its first step to the kill.
        lost: Seconds of work that are lost; None if there was none.
        offered: Whether the next start offered the work.
        faults: Violations of the requirements.
    """

    scenario: str
    after: float
    lost: float | None = None
    offered: bool = False
    faults: list[str] = field(default_factory=list)


# --- the victims ----------------------------------------------------------------------------------


def _window(home: Home, begin: Callable[[Any], object], every: Callable[[Any], object]) -> int:
    """Run the real window, calling ``begin`` once and ``every`` repeatedly."""
    from PySide6.QtCore import QTimer

    import aegui.app as program

    start = program.App.start

    def start_and_work(self: Any, path: Path | None = None, **options: Any) -> None:
        start(self, path, **options)
        begin(self)
        timer = QTimer(self.window)
        timer.timeout.connect(lambda: every(self))
        timer.start(_LOOK_MS)

    program.App.start = start_and_work  # type: ignore[method-assign]
    return program.run_window()


def _small() -> Any:
    from aegui.core.recipe import Recipe, TrainingSpec

    return Recipe(training=TrainingSpec(epochs=_EPOCHS, device="cpu"))


def _begin_training(app: Any) -> None:
    workspace = app.services.workspace
    workspace.new(_small())
    app.services.runner.start(workspace.resolution.resolved)


def _tell_epochs(home: Home, app: Any) -> None:
    pulled = app.services.runner.pull()
    if pulled is not None and pulled.epoch > 0:
        home.say("epoch", pulled.epoch)


class _Editor:
    """Adds a sample to the data at intervals, and optionally saves."""

    def __init__(self, home: Home, save_every: int = 0) -> None:
        self._home = home
        self._save_every = save_every
        self._looks = 0
        self._base = 0

    def begin(self, app: Any) -> None:
        """Record the initial number of samples."""
        self._base = len(app.services.workspace.dataset)
        app.services.workspace.file.saved.connect(
            lambda _path: self._home.say("saved", self._saving)
        )

    def look(self, app: Any) -> None:
        """Add a sample every few calls, and save."""
        workspace = app.services.workspace
        self._looks += 1
        if self._looks % 4 == 1:
            draw = np.random.default_rng(self._looks)
            image = draw.random(workspace.dataset.image_shape[1:]) < 0.5
            workspace.edits.add_sample(image.astype(np.float32), f"n{self._looks}")
            self._home.say("samples", len(workspace.dataset))
        if (
            self._save_every
            and self._looks % self._save_every == 0
            and not workspace.file.saving.is_busy
        ):
            self._saving = len(workspace.dataset)
            workspace.save_as(self._home.documents / "mine.aegui")


def _train(home: Home) -> int:
    return _window(home, _begin_training, lambda app: _tell_epochs(home, app))


def _edit(home: Home) -> int:
    editor = _Editor(home)
    return _window(home, editor.begin, editor.look)


def _save(home: Home) -> int:
    editor = _Editor(home, save_every=6)
    return _window(home, editor.begin, editor.look)


def _train_and_save(home: Home) -> int:
    count = 0

    def look(app: Any) -> None:
        nonlocal count
        count += 1
        _tell_epochs(home, app)
        if count % 10 == 0 and not app.services.workspace.file.saving.is_busy:
            app.services.workspace.save_as(home.documents / "mine.aegui")

    return _window(home, _begin_training, look)


def _import(home: Home) -> int:
    from aegui.core.data import store
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.writers import write_dataset

    # As for sets of gigabytes, the images go to a memory-mapped file.
    store.LIVE_BYTES = 100_000
    images = np.random.default_rng(0).random((400, 1, 20, 20)).astype(np.float32)
    labels = [str(n % 10) for n in range(400)]
    names = [f"{n}" for n in range(400)]
    files = [home.documents / f"{name}.npz" for name in "ab"]
    for file in files:
        write_dataset(file, Dataset(file.stem, images, tuple(labels), tuple(names)))
    count = 0

    def look(app: Any) -> None:
        nonlocal count
        workspace = app.services.workspace
        if workspace.loading.is_busy:
            return
        file = files[count % 2]
        os.utime(file)
        workspace.open(file, None)
        count += 1
        home.say("imported", count)

    return _window(home, lambda _app: None, look)


def _keep(home: Home) -> int:
    """Run short trainings, which the library keeps when they end."""
    from aegui.core.recipe import Recipe, TrainingSpec

    count = 0

    def look(app: Any) -> None:
        nonlocal count
        workspace, runner = app.services.workspace, app.services.runner
        if runner.is_busy or runner.is_measuring:
            return
        if count == 0:
            workspace.new(Recipe(training=TrainingSpec(epochs=30, device="cpu")))
        runner.start(workspace.resolution.resolved)
        count += 1
        home.say("trained", count)

    return _window(home, lambda _app: None, look)


def _command(*arguments: str) -> int:
    from aegui.cli import main

    return main(list(arguments))


def _train_by_command(home: Home, epochs: int = _EPOCHS) -> int:
    from aegui.core.recipe.file import recipe_json

    recipe = home.documents / "recipe.json"
    recipe.write_text(recipe_json(_small()))
    home.say("begun", 0)
    out = str(home.documents / "trained.aegui")
    return _command(
        "train", str(recipe), "--epochs", str(epochs), "--out", out, "--replace", "--yes"
    )


def _plan(home: Home) -> Path:
    from tests.features.studies.plans import SMALL

    path = home.documents / "killed.aegui-study"
    if not path.exists():
        axis = {"label": "epochs", "path": "training.epochs", "values": [10, 40, 2000, 9000]}
        plan = {"format": "aegui-study", "version": 1, "name": "killed", "set": SMALL}
        plan |= {"axes": [axis], "seeds": {"first": 0, "count": 3}}
        path.write_text(json.dumps(plan))
    return path


def _study(home: Home) -> int:
    home.say("begun", 0)
    out = str(home.folder / "study")
    return _command("study", str(_plan(home)), "--out", out, "--jobs", "1")


SCENARIOS: dict[str, Callable[[Home], int]] = {
    "train": _train,
    "edit": _edit,
    "save": _save,
    "train and save": _train_and_save,
    "import": _import,
    "library": _keep,
    "command": _train_by_command,
    "study": _study,
}
"""What a victim does; each never ends by itself, or not within the time that it is given."""
_SHARES = (3, 3, 4, 4, 3, 3, 2, 2)
"""How often each."""
_WINDOWS = ("train", "edit", "save", "train and save")
"""Those whose unsaved work is to be offered again."""


# --- processes ------------------------------------------------------------------------------------


def _forked(home: Home, work: Callable[[], int]) -> int:
    """Fork a process that runs ``work`` in ``home``, and return its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    status = 70
    try:
        os.setsid()
        home.enter()
        log = os.open(home.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status & 255)


def _ended(process: int, seconds: float) -> int | None:
    """Return the exit status of a process; None if it has not ended within ``seconds``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    return None


def _kill(process: int) -> None:
    """Kill a process group, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)


# --- one kill -------------------------------------------------------------------------------------


def kill_once(scenario: str, seconds: float, folder: Path) -> Outcome:
    """Start a victim in ``folder``, kill it ``seconds`` after its first step, and inspect."""
    home = Home(folder)
    home.make()
    outcome = Outcome(scenario, seconds)
    process = _forked(home, lambda: SCENARIOS[scenario](home))
    until = time.monotonic() + _START_SECONDS
    while not home.said.exists() and time.monotonic() < until:
        if _ended(process, 0.05) is not None:
            break
    time.sleep(seconds)
    killed = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if status != -signal.SIGKILL and not (scenario == "study" and status in (0, 1)):
            outcome.faults.append(f"it ended by itself with {status}: {_last_words(home)}")
    if not home.said.exists():
        outcome.faults.append(f"it did not begin: {_last_words(home)}")
        return outcome
    outcome.faults += _unreadable(home, "after the kill")
    if scenario == "study":
        _look_at_study(home, outcome)
    elif scenario == "command":
        _look_at_command(home, outcome, killed)
    else:
        _look_at_window(home, outcome, killed)
    outcome.faults += _unreadable(home, "after the next start")
    outcome.faults += _litter(home)
    return outcome


def _last_words(home: Home) -> str:
    log = home.folder / "log"
    return log.read_text(errors="replace")[-400:] if log.exists() else ""


def _next_start(home: Home) -> dict[str, Any]:
    """Start the window again and return what it offers and contains."""
    answer = home.folder / "answer.json"

    def work() -> int:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication, QMessageBox

        import aegui.app as program

        start = program.App.start
        found: dict[str, Any] = {"offered": False}

        def look(self: Any) -> None:
            box = QApplication.activeModalWidget()
            services = self.services
            if isinstance(box, QMessageBox):
                # Without a picture the box shows a question icon.
                has_picture = box.icon() == QMessageBox.Icon.NoIcon
                found.update(offered=True, text=box.informativeText(), picture=has_picture)
                next(one for one in box.buttons() if one.text() == "&Open it").click()
                return
            if not services.sweeping.finish(0.01) or services.workspace.loading.is_busy:
                return
            if not found["offered"] and services.workspace.file.recoveries():
                return  # the question is still to come
            further = services.workspace.unfinished()
            if further is not None and further.checkpoint is not None:
                found["epoch"] = further.checkpoint.epoch
            found["samples"] = len(services.workspace.dataset)
            answer.write_text(json.dumps(found))
            # Close without asking about the open document.
            self.window.closed.emit()
            self._application.exit(0)

        def start_and_look(self: Any, path: Path | None = None, **options: Any) -> None:
            start(self, path, **options)
            timer = QTimer(self.window)
            timer.timeout.connect(lambda: look(self))
            QTimer.singleShot(300, self.window, lambda: timer.start(_LOOK_MS))

        program.App.start = start_and_look  # type: ignore[method-assign]
        return program.run_window()

    process = _forked(home, work)
    status = _ended(process, _START_SECONDS)
    if status is None:
        _kill(process)
    found: dict[str, Any] = json.loads(answer.read_text()) if answer.exists() else {}
    return found | {"status": status}


def _look_at_window(home: Home, outcome: Outcome, killed: float) -> None:
    saved = _saved_work(home)
    found = _next_start(home)
    if found["status"] != 0:
        outcome.faults.append(f"the next start ended with {found['status']}: {_last_words(home)}")
        return
    outcome.offered = bool(found.get("offered"))
    if outcome.offered:
        if not found["picture"]:
            outcome.faults.append("what was offered has no picture")
        if "sample" not in found["text"]:
            outcome.faults.append(f"it is not said what is in it: {found['text']}")
    if outcome.scenario not in _WINDOWS:
        return
    word = "epoch" if outcome.scenario.startswith("train") else "samples"
    key = {"epoch": "epoch", "samples": "samples"}[word]
    there = max(saved.get(key, 0), found.get(key, 0) if outcome.offered else 0)
    missing = [at for at, number in home.steps(word) if number > there]
    outcome.lost = killed - missing[0] if missing else 0.0
    if outcome.lost > MAX_LOST_SECONDS:
        outcome.faults.append(f"{outcome.lost:.1f} s of work are gone")


def _saved_work(home: Home) -> dict[str, int]:
    """Return the content of the saved document."""
    from aegui.core.errors import AeguiError
    from aegui.core.run_file.saved import load_run

    path = home.documents / "mine.aegui"
    if not path.exists():
        return {}
    try:
        run = load_run(path)
    except AeguiError:
        return {}  # reported by the check of all files
    draft = run.dataset if run.draft is None else run.draft.dataset
    return {"samples": len(draft)}


def _look_at_command(home: Home, outcome: Outcome, killed: float) -> None:
    """Check that the file of the training is recent enough."""
    path = home.documents / "trained.aegui"
    begun = home.steps("begun")[0][0]
    # A file is moved into place after writing, so its content dates from the start of writing.
    at = path.stat().st_mtime - time.time() + time.monotonic() if path.exists() else begun
    outcome.lost = killed - at
    limit = MAX_LOST_SECONDS if path.exists() else _START_SECONDS
    if outcome.lost > limit:
        outcome.faults.append(f"{outcome.lost:.1f} s of work are gone")
    if path.exists():
        process = _forked(home, lambda: _command("evaluate", str(path)))
        if _ended(process, _START_SECONDS) != 0:
            outcome.faults.append(f"what was saved cannot be evaluated: {_last_words(home)}")
    # The next training there removes partially written files.
    process = _forked(home, lambda: _train_by_command(home, 5))
    if _ended(process, _START_SECONDS) != 0:
        outcome.faults.append(f"it cannot train again: {_last_words(home)}")


def _look_at_study(home: Home, outcome: Outcome) -> None:
    """Check that finished runs are there, and that the same command completes the rest."""
    from aegui.core.study.records import LINES_FILE

    def keys() -> list[str]:
        path = home.folder / "study" / LINES_FILE
        text = path.read_text() if path.exists() else ""
        lines = text.splitlines(keepends=True)
        return [json.loads(line)["key"] for line in lines if line.endswith("\n")]

    before = keys()
    process = _forked(home, lambda: _study(home))
    status = _ended(process, _START_SECONDS)
    if status != 0:
        _kill(process)
        outcome.faults.append(f"the study cannot go on: {status}, {_last_words(home)}")
    after = keys()
    if after[: len(before)] != before or len(set(after)) != len(after) or len(after) != 12:
        outcome.faults.append(f"{len(before)} runs had ended, {len(after)} are there")


# --- what is left ---------------------------------------------------------------------------------


def _files(home: Home) -> Iterator[Path]:
    return (path for path in home.folder.rglob("*") if path.is_file())


def _is_half_made(path: Path) -> bool:
    """Return whether the path is a temporary file, never mistaken for a complete one."""
    return any(re.search(r"\.aegui-[0-9a-f]{8}-", part) for part in path.parts)


def _unreadable(home: Home, when: str) -> list[str]:
    """Return a fault for each unreadable file."""
    from aegui.core.errors import AeguiError
    from aegui.core.library.entry import read_entry
    from aegui.core.run_file.saved import load_run
    from aegui.session.settings import Settings

    faults = []
    for path in _files(home):
        if _is_half_made(path):
            continue
        try:
            if path.suffix == ".aegui":
                load_run(path)
            elif path.name == "settings.json":
                notice = Settings.load(path).notice
                if notice is not None:
                    raise ValueError(notice.text)
            elif path.suffix == ".npy":
                np.load(path, mmap_mode="r", allow_pickle=False)
            elif path.suffix == ".json" and "library" in path.parts and len(path.stem) > 8:
                read_entry(path)
            elif path.suffix == ".json" and path.name != "answer.json":
                json.loads(path.read_text())
            elif path.suffix in (".sqlite", ".db"):
                with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as index:
                    (found,) = index.execute("PRAGMA integrity_check").fetchone()
                    if found != "ok":
                        raise ValueError(found)
        except (AeguiError, ValueError, OSError, sqlite3.Error) as error:
            faults.append(f"{when} {path.relative_to(home.folder)} cannot be read: {error}")
    return faults


def _litter(home: Home) -> list[str]:
    """Return a fault for each leftover of killed programs."""
    left = [path for path in _files(home) if _LITTER.search(path.name)]
    copies = home.folder / "data" / "aegui" / "autosave"
    left += [path for path in copies.glob("*") if path not in left]
    return [f"{path.relative_to(home.folder)} is left behind" for path in left]


# --- all ------------------------------------------------------------------------------------------


def torture(
    kills: int,
    seed: int,
    folder: Path,
    tell: Callable[[str], object],
    keep: Path | None = None,
    only: tuple[str, ...] = (),
) -> list[Outcome]:
    """Kill victims one after the other; with ``only`` cycle through these scenarios."""
    draw = Random(seed)
    outcomes = []
    for number in range(kills):
        scenario = draw.choices(tuple(SCENARIOS), _SHARES)[0]
        if only:
            scenario = only[number % len(only)]
        after = min(draw.expovariate(1 / _USUAL_SECONDS), _LONGEST_SECONDS)
        place = folder / f"{seed}-{number}"
        place.mkdir()
        outcome = kill_once(scenario, after, place)
        outcomes.append(outcome)
        lost = "" if outcome.lost is None else f"lost {outcome.lost:.1f} s"
        offered = "offered" if outcome.offered else ""
        tell(f"{number + 1:4} {scenario:15} killed after {after:5.1f} s  {lost:12} {offered}")
        for fault in outcome.faults:
            tell(f"     FAULT {fault}")
        if outcome.faults and keep is not None:
            shutil.copytree(place, keep / place.name, dirs_exist_ok=True)
        shutil.rmtree(place)
    return outcomes


def summary(outcomes: list[Outcome]) -> str:
    """Return a table by scenario."""
    lines = [
        "| scenario | kills | faults | work lost, median / most | offered |",
        "|---|---|---|---|---|",
    ]
    for scenario in SCENARIOS:
        some = [one for one in outcomes if one.scenario == scenario]
        lost = sorted(one.lost for one in some if one.lost is not None)
        words = f"{lost[len(lost) // 2]:.1f} / {lost[-1]:.1f} s" if lost else "-"
        faults = sum(bool(one.faults) for one in some)
        offered = sum(one.offered for one in some)
        lines.append(f"| {scenario} | {len(some)} | {faults} | {words} | {offered} |")
    return "\n".join(lines)


def warm_up() -> None:
    """Import what victims need, so that each starts quickly."""
    from aegui.qt_import import import_qt

    import_qt()
    import PySide6.QtWidgets
    import torch

    import aegui.app
    import aegui.cli
    import aegui.core.training.loop.train

    del PySide6, torch, aegui


def main() -> int:
    """Run the kills; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], choices=SCENARIOS, help="in turn")
    parser.add_argument(
        "--keep", type=Path, help="folder for the homes in which anything was wrong"
    )
    parser.add_argument("--json", type=Path, help="a file for the outcomes")
    options = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # A process with threads must not fork, and numpy's BLAS starts threads on import.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        again = [sys.executable, "-m", "tests.system.torture", *sys.argv[1:]]
        return subprocess.run(again, env=environment, check=False).returncode
    warm_up()
    with tempfile.TemporaryDirectory(prefix="aegui-torture-") as folder:
        outcomes = torture(
            options.kills,
            options.seed,
            Path(folder),
            lambda line: print(line, flush=True),  # noqa: T201
            options.keep,
            tuple(options.only),
        )
    print(summary(outcomes))  # noqa: T201
    if options.json:
        options.json.write_text(json.dumps([vars(one) for one in outcomes], indent=1))
    return 1 if any(one.faults for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
