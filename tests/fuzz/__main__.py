"""Fuzz the readers: ``python -m tests.fuzz [TARGET ...] [--inputs N] [--minutes M]``.

Each target is tried in a process of its own, input after input: an example or something found
interesting, changed by ``mutations.py``. Interesting is what ends in another way than all before:
in another refusal, or along another path of the program to it. What a reader must not do (see
``targets.py``) is written to the folder of finds, with the reason beside it; a process that hangs
or dies is told the same way, and the next one goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS

SECONDS_PER_INPUT = 1.0
"""Of the processor, and most that reading may take."""
MEMORY_MB = 512
"""Most that reading one input may take beyond what the program has anyway."""
_HANG_SECONDS = 60.0
_LOOK_SECONDS = 0.5


def main() -> int:
    """Fuzz what is asked for and print a table; 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=200_000, help="for each target")
    parser.add_argument("--minutes", type=float, default=1e9, help="at most, for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="folder for finds")
    parser.add_argument("--figures", type=Path, help="a JSON file for the figures")
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no target called {unknown[0]}; there are {', '.join(TARGETS)}")
    rows = []
    for key in options.targets or TARGETS:
        row = _fuzz(key, options.inputs, 60 * options.minutes, options.seed, options.finds)
        rows.append(row)
        print(_words(row), flush=True)  # noqa: T201
        if options.figures:
            options.figures.write_text(json.dumps(rows, indent=1))
    return 1 if any(row["finds"] for row in rows) else 0


def _words(row: dict[str, float | str]) -> str:
    return (
        f"{row['target']:9} {row['inputs']:>8,} inputs  {row['finds']} finds  {row['ways']} ways  "
        f"slowest {1000 * float(row['slowest']):.0f} ms  most memory {row['memory']:.0f} MB  "
        f"{row['seconds']:.0f} s"
    )


def _fuzz(key: str, inputs: int, seconds: float, seed: int, finds: Path) -> dict[str, float | str]:
    """Try one target, with a new process in the place of each that hangs or dies."""
    begun = time.monotonic()
    finds.mkdir(parents=True, exist_ok=True)
    before = set(finds.iterdir())
    done, ways, slowest, memory = 0, 0, 0.0, 0.0
    while done < inputs and time.monotonic() - begun < seconds:
        left = seconds - (time.monotonic() - begun)
        with tempfile.TemporaryDirectory(prefix="aegui-fuzz-", dir=_quick_folder()) as folder:
            told = _one_process(key, inputs - done, left, seed, Path(folder), finds)
        done += max(1, int(told.get("inputs", 0)))
        ways = max(ways, int(told.get("ways", 0)))
        slowest = max(slowest, told.get("slowest", 0.0))
        memory = max(memory, told.get("memory", 0.0))
        seed += 1_000_003
    found = {path.stem for path in set(finds.iterdir()) - before if path.suffix == ".why"}
    return {
        "target": key,
        "inputs": done,
        "finds": len(found),
        "ways": ways,
        "slowest": slowest,
        "memory": memory,
        "seconds": time.monotonic() - begun,
    }


def _quick_folder() -> str | None:
    """Memory, where the system has a folder of it: the disk would take most of the time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _one_process(
    key: str, inputs: int, seconds: float, seed: int, folder: Path, finds: Path
) -> dict[str, float]:
    """What one process tells of itself before it ends, hangs or dies."""
    environment = {
        **os.environ,
        "HOME": str(folder),
        **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "CONFIG", "CACHE")},
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    order = json.dumps([key, inputs, seconds, seed, str(folder), str(finds.resolve())])
    process = subprocess.Popen([sys.executable, "-m", "tests.fuzz.child", order], env=environment)
    told = folder / "told.json"
    heard = time.monotonic()
    last = ""
    try:
        while process.poll() is None:
            time.sleep(_LOOK_SECONDS)
            now = told.read_text() if told.exists() else ""
            if now != last:
                last, heard = now, time.monotonic()
            if time.monotonic() - heard > _HANG_SECONDS:
                process.kill()
                process.wait()
                _keep(key, folder, finds, "hang")
                break
        else:
            if process.returncode != 0:
                _keep(key, folder, finds, f"end-{process.returncode}")
    finally:
        process.kill()
        process.wait()
    figures: dict[str, float] = json.loads(told.read_text() or "{}") if told.exists() else {}
    return figures


def _keep(key: str, folder: Path, finds: Path, what: str) -> None:
    """Keep the input at which a process hung or died."""
    for path in folder.glob("input*"):
        name = re.sub(r"[^\w.-]", "", path.name.removeprefix("input"))
        target = finds / f"{key}--{what}-{int(time.time())}{name}"
        shutil.copyfile(path, target)
        target.with_name(target.name + ".why").write_text(what)


if __name__ == "__main__":
    sys.exit(main())
