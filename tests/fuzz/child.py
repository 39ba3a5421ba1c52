"""The process in which one target is fuzzed; begun by ``python -m tests.fuzz``."""

from __future__ import annotations

import hashlib
import json
import logging
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random

from tests.fuzz.__main__ import MEMORY_MB, SECONDS_PER_INPUT
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import TARGETS, Target, read_quietly

_TOLD_INPUTS = 200
_MOST_INTERESTING = 3000
_LONGEST_EXAMPLE = 1 << 18
_PATIENCE = 10.0
"""So many times what an input may take an input is given before it is cut off."""


class _TooLong(BaseException):
    """Reading goes on and on."""


def main(order: str) -> int:
    """Try inputs until there were enough; 0."""
    key, inputs, seconds, seed, folder, finds = json.loads(order)
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _on_alarm)
    fuzz = _Fuzz(TARGETS[key], Path(folder), Path(finds), Random(seed))
    fuzz.go_on(inputs, seconds)
    return 0


def _on_alarm(_number: int, _frame: object) -> None:
    raise _TooLong


class _Fuzz:
    """Examples, what was found interesting, and what was found."""

    def __init__(self, target: Target, folder: Path, finds: Path, draw: Random) -> None:
        self._target = target
        self._folder = folder
        self._finds = finds
        self._draw = draw
        self._pool = list(target.examples())
        self._known: set[object] = set()
        self._found: set[str] = set()
        self._told = {"inputs": 0, "ways": 0, "slowest": 0.0, "memory": 0.0}
        self._path = folder / "input"

    def go_on(self, inputs: int, seconds: float) -> None:
        """Try so many inputs, or for so long."""
        until = time.monotonic() + seconds
        for suffix, data in list(self._pool):
            self._try(suffix, data)
        self._base = _memory()
        _forget_peak()
        count = 0
        while count < inputs and time.monotonic() < until:
            suffix, data = self._draw.choice(self._pool)
            others = [self._draw.choice(self._pool)[1] for _ in range(3)]
            new = mutated(data, others, self._draw)
            if self._draw.random() < 0.02:
                suffix = self._draw.choice(self._pool)[0]
            if self._try(suffix, new) and len(new) < _LONGEST_EXAMPLE:
                if len(self._pool) >= _MOST_INTERESTING:
                    self._pool.pop(self._draw.randrange(len(self._pool)))
                self._pool.append((suffix, new))
            count += 1
            self._told["inputs"] = count
            if count % _TOLD_INPUTS == 0:
                self._tell()
                # What is kept of what was found interesting is not of the input.
                self._base = _memory()
                _forget_peak()
        self._tell()

    def _try(self, suffix: str, data: bytes) -> bool:
        """Whether it ended in a new way."""
        self._path.unlink(missing_ok=True)
        self._path = self._folder / f"input{suffix}"
        self._path.write_bytes(data)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE * SECONDS_PER_INPUT)
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
            signal.setitimer(signal.ITIMER_REAL, 0)
        took = time.process_time() - begun
        self._told["slowest"] = max(self._told["slowest"], took)
        if took > SECONDS_PER_INPUT:
            self._find(f"slow-{way}"[:60], f"{took:.2f} s of the processor", suffix, data)
        if hasattr(self, "_base"):
            self._weigh(suffix, data)
        is_new = way not in self._known
        self._known.add(way)
        self._told["ways"] = len(self._known)
        return is_new

    def _weigh(self, suffix: str, data: bytes) -> None:
        more = _peak() - self._base
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
    """The sentence without what it quotes: numbers and names differ from input to input."""
    letters = [sign if sign.isalpha() or sign in " :,." else "#" for sign in answer[:160]]
    return "".join(letters).replace("##", "#")


def _place(error: BaseException) -> str:
    """Kind of an error, and the last line of the program that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/aegui/" in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{type(error).__name__}-{Path(last.filename).stem}-{last.name}"


def _memory() -> float:
    """Megabytes that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _peak() -> float:
    """The most megabytes that it had since that was forgotten."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
