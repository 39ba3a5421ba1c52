"""Fuzz the readers: ``python -m tests.fuzz [TARGET ...] [--inputs N] [--minutes M]``.

Each target is fuzzed in a forked process, one input after the other: an example or an earlier
interesting input, mutated by ``mutations.py``. An input is interesting if it ends in a new outcome
or refusal, or covers new lines of the program. Forbidden outcomes (see ``targets.py``) are written
to the folder of finds, with the reason beside them; a process that hangs or dies is reported
likewise, and the next one continues. With ``--turns`` all targets get several shorter rounds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.child import try_inputs
from tests.fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, float | str]
_MAX = ("lines", "slowest", "memory")
_HANG_SECONDS = 60.0
"""Of the processor, without a word of a process; by the clock ten times that: others are busy."""
_LOOK_SECONDS = 0.5


def main() -> int:
    """Fuzz the selected targets and print a table; return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=200_000, help="for each target")
    parser.add_argument("--minutes", type=float, default=1e9, help="at most, for each target")
    parser.add_argument("--turns", type=int, default=1, help="so often each, one after the other")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="folder for finds")
    parser.add_argument("--figures", type=Path, help="a JSON file for the figures")
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no target called {unknown[0]}; there are {', '.join(TARGETS)}")
    rows: dict[str, Row] = {}
    for turn in range(options.turns):
        for key in options.targets or TARGETS:
            inputs = options.inputs * (turn + 1) // options.turns
            inputs -= options.inputs * turn // options.turns
            seconds, seed = 60 * options.minutes / options.turns, options.seed + turn
            row = _fuzz(key, inputs, seconds, seed, options.finds)
            rows[key] = _together([rows[key], row]) if key in rows else row
            print(_words(rows[key]), flush=True)  # noqa: T201
            if options.figures:
                options.figures.write_text(json.dumps([*rows.values()], indent=1))
    return 1 if any(row["finds"] for row in rows.values()) else 0


def _together(rows: list[Row]) -> Row:
    """Combine the rows of several turns of one target: sums of counts, maxima of the rest."""
    summed = {key: sum(float(row[key]) for row in rows) for key in ("inputs", "finds", "seconds")}
    most = {key: max(float(row[key]) for row in rows) for key in ("ways", *_MAX)}
    return {"target": rows[0]["target"], **most, **summed}


def _words(row: Row) -> str:
    return (
        f"{row['target']:9} {row['inputs']:>9,.0f} inputs  {row['finds']:.0f} finds  "
        f"{row['ways']:.0f} ways  {row['lines']:.0f} lines  "
        f"slowest {1000 * float(row['slowest']):.0f} ms  most memory {row['memory']:.0f} MB  "
        f"{row['seconds']:.0f} s"
    )


def _fuzz(key: str, inputs: int, seconds: float, seed: int, finds: Path) -> Row:
    """Fuzz one target, replacing each process that hangs or dies."""
    begun = time.monotonic()
    finds.mkdir(parents=True, exist_ok=True)
    before = set(finds.iterdir())
    done, ways = 0, 0
    most = dict.fromkeys(_MAX, 0.0)
    while done < inputs and time.monotonic() - begun < seconds:
        left = seconds - (time.monotonic() - begun)
        with tempfile.TemporaryDirectory(prefix="aegui-fuzz-", dir=_quick_folder()) as folder:
            told = _one_process(key, inputs - done, left, seed, Path(folder), finds)
        done += max(1, int(told.get("inputs", 0)))
        ways = max(ways, int(told.get("ways", 0)))
        most = {name: max(value, told.get(name, 0.0)) for name, value in most.items()}
        seed += 1_000_003
    found = {path.stem for path in set(finds.iterdir()) - before if path.suffix == ".why"}
    spent = time.monotonic() - begun
    figures: Row = {"inputs": done, "finds": len(found), "ways": ways, "seconds": spent}
    return {"target": key, **figures, **most}


def _quick_folder() -> str | None:
    """Return a folder in memory if there is one: a disk would take most of the time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _one_process(
    key: str, inputs: int, seconds: float, seed: int, folder: Path, finds: Path
) -> dict[str, float]:
    """Return the last report of a process that ends, hangs or dies."""
    environment = {
        "HOME": str(folder),
        **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "CONFIG", "CACHE")},
    }
    # A fork has all imports done, which take longer than thousands of inputs.
    process = multiprocessing.get_context("fork").Process(
        target=try_inputs,
        args=(key, inputs, seconds, seed, folder, finds.resolve(), environment),
    )
    process.start()
    told = folder / "told.json"
    heard, spent = time.monotonic(), 0.0
    last = ""
    try:
        while process.is_alive():
            process.join(_LOOK_SECONDS)
            now = told.read_text() if told.exists() else ""
            if now != last:
                last, heard, spent = now, time.monotonic(), _spent(process.pid)
            silent = max((time.monotonic() - heard) / 10, _spent(process.pid) - spent)
            if process.is_alive() and silent > _HANG_SECONDS:
                process.kill()
                process.join()
                _keep(key, folder.glob("input*"), finds, "hang")
                break
        else:
            if process.exitcode != 0:
                _keep(key, folder.glob("input*"), finds, f"end-{process.exitcode}")
    finally:
        process.kill()
        process.join()
    figures: dict[str, float] = json.loads(told.read_text() or "{}") if told.exists() else {}
    return figures


def _spent(process: int | None) -> float:
    """Return the CPU seconds of a process; 0 if it has ended."""
    try:
        said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def _keep(key: str, inputs: Iterable[Path], finds: Path, what: str) -> None:
    """Keep the input at which a process hung or died."""
    for path in inputs:
        name = re.sub(r"[^\w.-]", "", path.name.removeprefix("input"))
        target = finds / f"{key}--{what}-{int(time.time())}{name}"
        shutil.copyfile(path, target)
        target.with_name(target.name + ".why").write_text(what)


if __name__ == "__main__":
    sys.exit(main())
