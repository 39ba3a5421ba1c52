"""The process that fuzzes one target, forked by ``python -m tests.fuzz``.

Time and memory of each input are measured; it may end only in success or a refusal. Inputs are
derived from examples such that each example gets equal time rather than an equal number of inputs.
Line coverage is measured for a sample of the inputs, as tracing takes longer than reading.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import logging
import os
import re
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import aegui
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import TARGETS, Target, read_quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from _typeshed import TraceFunction

SECONDS_PER_INPUT = 1.0
"""Of the processor, and most that reading may take."""
MEMORY_MB = 512
"""Most that reading one input may take beyond what the program has anyway."""
_TOLD_INPUTS = 200
_TRACED = 0.04
"""So many of the inputs are traced."""
_MAX_INTERESTING = 3000
_LONGEST_EXAMPLE = 1 << 14
"""Nothing is made from longer inputs, unless an example is as long."""
_LONG = 0.03
"""So many of those longer ones are tried: one takes as long as a hundred others."""
_PATIENCE = 10.0
"""So many times what an input may take it is given before it is cut off: of the processor, for a
busy machine is no fault of a reader's. One that waits is ended by the process that began this."""
_MIN_SECONDS = 1e-4
"""What making and writing an input takes."""
_NO_WORDS = re.compile(r"(?:(?![ :,.])[\W\d_])+")
_OURS = f"{Path(aegui.__file__).parent}{os.sep}"


class _TooLong(BaseException):
    """Raised when reading exceeds the time limit."""


def try_inputs(
    key: str,
    inputs: int,
    seconds: float,
    seed: int,
    folder: Path,
    finds: Path,
    environment: Mapping[str, str],
) -> None:
    """Fuzz the target ``key`` for a number of inputs or seconds, in this process.

    Args:
        key: Key of the target.
        inputs: Number of inputs.
        seconds: Limit of wall-clock time.
        seed: Seed of the random choices.
        folder: Folder for the current input and the report, ``told.json``.
        finds: Folder for the finds and their reasons.
        environment: Variables to set in this process.
    """
    os.environ.update(environment)
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGPROF, _on_alarm)
    _Fuzz(TARGETS[key], folder, finds, Random(seed)).go_on(inputs, seconds)


def _on_alarm(_number: int, _frame: object) -> None:
    raise _TooLong


class _Seed(NamedTuple):
    """An input to be mutated.

    Attributes:
        suffix: Suffix of the file.
        data: Content of the file.
        seconds: Time that reading took.
    """

    suffix: str
    data: bytes
    seconds: float


class _Pool:
    """Seeds, drawn so that each gets the same time."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._seeds: list[_Seed] = []
        self._shares: list[float] = []

    def add(self, seed: _Seed) -> None:
        """Add a seed, replacing a random one if there are too many."""
        self._seeds.append(seed)
        if len(self._seeds) > _MAX_INTERESTING:
            self._seeds.pop(self._draw.randrange(len(self._seeds)))
            self._shares = []
        for each in self._seeds[len(self._shares) :]:
            before = self._shares[-1] if self._shares else 0.0
            self._shares.append(before + 1 / (each.seconds + _MIN_SECONDS))

    def one(self) -> _Seed:
        """Return a random seed."""
        return self._draw.choices(self._seeds, cum_weights=self._shares)[0]


class _Fuzz:
    """The state of a fuzzing run: examples, interesting inputs and finds."""

    def __init__(self, target: Target, folder: Path, finds: Path, draw: Random) -> None:
        self._target = target
        self._folder = folder
        self._finds = finds
        self._draw = draw
        self._pool = _Pool(draw)
        self._longest = _LONGEST_EXAMPLE
        self._known: set[object] = set()
        self._tried: set[int] = set()
        self._lines: set[tuple[str, int]] = set()
        self._found: set[str] = set()
        self._told = {"inputs": 0, "ways": 0, "lines": 0, "slowest": 0.0, "memory": 0.0}
        self._path = folder / "input"
        self._took = 0.0
        self._base: float | None = None

    def go_on(self, inputs: int, seconds: float) -> None:
        """Try inputs, all different, up to the given number or time."""
        until = time.monotonic() + seconds
        for suffix, data in self._target.examples():
            self._longest = max(self._longest, len(data))
            with self._traced():
                self._try(suffix, data)
            self._pool.add(_Seed(suffix, data, self._took))
        # Long-lived objects of the program need not be traversed by every collection.
        gc.collect()
        gc.freeze()
        self._rest()
        while self._told["inputs"] < inputs and time.monotonic() < until:
            seed = self._pool.one()
            suffix = self._pool.one().suffix if self._draw.random() < 0.02 else seed.suffix
            new = mutated(seed.data, [self._pool.one().data for _ in range(3)], self._draw)
            if len(new) > self._longest and self._draw.random() > _LONG:
                continue
            known = hash((suffix, new))
            if known in self._tried:
                continue
            self._tried.add(known)
            is_new = self._look(suffix, new)
            if is_new and len(new) <= self._longest:
                self._pool.add(_Seed(suffix, new, self._took))
            self._told["inputs"] += 1
            if self._told["inputs"] % _TOLD_INPUTS == 0:
                self._tell()
                self._rest()
        self._tell()

    def _look(self, suffix: str, data: bytes) -> bool:
        """Try an input, sometimes with coverage; return whether its outcome or lines are new."""
        if self._draw.random() >= _TRACED:
            return self._try(suffix, data)
        before = len(self._lines)
        with self._traced():
            is_new = self._try(suffix, data, is_timed=False)
        self._told["lines"] = len(self._lines)
        return is_new or len(self._lines) > before

    def _rest(self) -> None:
        """Clear the readers' caches, and reset the memory baseline."""
        for place in (self._folder / "cache").rglob("*"):
            if place.is_file():
                place.unlink()
        self._base = _memory()
        _forget_peak()

    def _try(self, suffix: str, data: bytes, *, is_timed: bool = True) -> bool:
        """Try an input; return whether its outcome is new."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        self._path = self._folder / f"input{suffix}"
        with open(self._path, "wb") as file:
            file.write(data)
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE * SECONDS_PER_INPUT)
        begun = time.process_time()
        way: object
        try:
            answer = read_quietly(self._target, self._path)
            way = _shape(answer)
        except _TooLong:
            way = self._find("slow", traceback.format_exc(), suffix, data)
        except Exception as error:
            way = self._find(_place(error), traceback.format_exc(), suffix, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self._took = time.process_time() - begun
        if is_timed:
            self._told["slowest"] = max(self._told["slowest"], self._took)
            if self._took > SECONDS_PER_INPUT:
                why = f"{self._took:.2f} s of the processor"
                self._find(f"slow-{way}"[:60], why, suffix, data)
        if self._base is not None:
            self._weigh(suffix, data, self._base)
        is_new = way not in self._known
        self._known.add(way)
        self._told["ways"] = len(self._known)
        return is_new

    @contextlib.contextmanager
    def _traced(self) -> Iterator[None]:
        """Record the covered lines of the program."""

        def line(frame: FrameType, event: str, _arg: object) -> TraceFunction:
            if event == "line":
                self._lines.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame: FrameType, _event: str, _arg: object) -> TraceFunction | None:
            return line if frame.f_code.co_filename.startswith(_OURS) else None

        sys.settrace(call)
        try:
            yield
        finally:
            sys.settrace(None)

    def _weigh(self, suffix: str, data: bytes, base: float) -> None:
        more = _peak() - base
        if more > self._told["memory"]:
            self._told["memory"] = more
        if more > MEMORY_MB:
            self._find("memory", f"{more:.0f} MB more than before", suffix, data)
            _forget_peak()
            self._base = _memory()

    def _find(self, what: str, why: str, suffix: str, data: bytes) -> str:
        what = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in what)
        if what not in self._found:
            self._found.add(what)
            digest = hashlib.sha256(data).hexdigest()[:8]
            path = self._finds / f"{self._target.key}--{what}-{digest}{suffix}"
            path.write_bytes(data)
            path.with_name(path.name + ".why").write_text(why)
        return what

    def _tell(self) -> None:
        new = self._folder / "told.new"
        new.write_text(json.dumps(self._told))
        new.replace(self._folder / "told.json")


def _shape(answer: str) -> str:
    """Return the sentence without quoted names and numbers, which differ between inputs."""
    return _NO_WORDS.sub("#", answer[:160])


def _place(error: BaseException) -> str:
    """Return the type of an error, and the last function of the program in its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/aegui/" in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{type(error).__name__}-{Path(last.filename).stem}-{last.name}"


def _memory() -> float:
    """Return the resident memory of the process in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _peak() -> float:
    """Return the peak memory in megabytes since the last reset."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")
