"""Run the shipped studies one after the other, and compare their figures with the published ones.

``python -m tests.bench.shipped_studies [GROUP or STUDY ...]`` needs no window and no Qt: each study
runs on the command line in a process of its own. A study that fails or exceeds its time limit is
reported as such, and the next one begins; the same command resumes. ``--tiny`` runs all of them
with a hundredth of their epochs on a few images, to check that each starts, ends and yields its
table.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.core.evaluation.run_figures import figure_words
from aegui.core.study.plan import AxisRow, StudyAxis, list_plans, load_plan, save_plan
from aegui.core.study.settings import base_recipe
from tests.bench.figures import Figure, at_most, machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.study.plan import StudyPlan

GROUPS = {
    "letters": ("letters-",),
    "emojis": ("emoji-",),
    "mnist": ("mnist-", "fashion-", "grey-"),
}
"""What the names of the studies of a group begin with."""
LAST = ("mnist-conv-grid",)
"""What takes hours comes last."""
LETTERS_SECONDS = 600
_GRACE_SECONDS = 60.0
"""After it is asked to end, for what has ended to be kept and told."""
_LOOK_SECONDS = 0.1
_TINY = 0.01
_TINY_IMAGES = 600
_LARGE = ("mnist", "fashion")
_EPOCHS = ("training.epochs", "classifier.pretrain.epochs")


@dataclass(frozen=True)
class Done:
    """The outcome of one study.

    Attributes:
        study: Its name.
        ended: ``whole``, ``stopped`` (by its own limit or the benchmark's) or ``failed``.
        seconds: Wall-clock time.
        processor_seconds: CPU time, including child processes.
        figure: The figure its settings are compared by.
        result: Output of the command line with ``--json``; empty if there was none.
        published: Published results of the whole study, in words.
        said: The last lines of its log, if it failed.
    """

    study: str
    ended: str
    seconds: float
    processor_seconds: float
    figure: str
    result: Mapping[str, Any] = field(default_factory=dict)
    published: str = ""
    said: str = ""

    def line(self) -> str:
        """Return a summary on one line."""
        head = f"{self.study}: {self.ended}, {self.seconds:.1f} s, "
        head += f"{self.processor_seconds:.1f} s of processors"
        rows = [self._setting(setting) for setting in self.result.get("settings", ())]
        few = [words for words, is_published in rows if is_published]
        parts = [head, *(few or [words for words, _ in rows[:8]])]
        if self.published:
            parts.append(f"published: {self.published}")
        if self.said:
            parts.append(self.said)
        return " | ".join(parts)

    def _setting(self, setting: Mapping[str, Any]) -> tuple[str, bool]:
        names = ", ".join(setting["choices"].values()) or "all"
        ours, theirs = self._told(setting, self.figure), setting["published"]
        if not theirs:
            return f"{names}: {ours}", False
        if self.figure != "loss":
            ours += f", loss {self._told(setting, 'loss')}"
        return f"{names}: {ours} (published {theirs})", True

    def _told(self, setting: Mapping[str, Any], key: str) -> str:
        figure = setting["figures"].get(key)
        return "-" if figure is None else figure_words(key, figure["mean"])


def chosen(names: Sequence[str]) -> list[str]:
    """Return the studies of groups and names without duplicates, those that take hours last.

    Raises:
        ValueError: No group and no study has such a name.
    """
    known = list(list_plans())
    found: list[str] = []
    for name in names:
        some = [key for key in known if key.startswith(GROUPS.get(name, (name + " ",)))]
        some += [name] if name in known else []
        if not some:
            raise ValueError(f"no group and no study {name}; groups are {', '.join(GROUPS)}")
        found += some
    return sorted(dict.fromkeys(found), key=lambda key: key in LAST)


def tiny(plan: StudyPlan, folder: Path) -> StudyPlan:
    """Return ``plan`` with one seed, a hundredth of the epochs and a few images."""
    base = base_recipe(plan, folder)
    values: dict[str, Any] = {"training.epochs": base.training.epochs, **plan.set}
    values = _short(values)
    if base.classifier is not None:
        values.setdefault("classifier.pretrain.epochs", 1)
    if any(name in str(values.get("data.source", base.data.source)) for name in _LARGE):
        # A few images of both parts: ``split.last`` is valid only for a whole set.
        split = {"data.split.last": 0, "data.split.validation": 1 / 6}
        values |= {"data.count": _TINY_IMAGES, **split}
    axes = [
        StudyAxis(
            label=axis.name,
            rows=tuple(AxisRow(label=row.label, set=_short(row.set)) for row in axis.choices),
        )
        for axis in plan.axes
    ]
    update = {"set": values, "axes": tuple(axes)}
    seeds = plan.seeds.model_copy(update={"count": 1})
    return plan.model_copy(update={**update, "seeds": seeds})


def _short(values: Mapping[str, Any]) -> dict[str, Any]:
    short = dict(values)
    for path in _EPOCHS:
        if isinstance(short.get(path), int) and short[path] > 1:
            short[path] = max(1, round(_TINY * short[path]))
    return short


def do(name: str, out: Path, options: argparse.Namespace) -> Done:
    """Run a study on the command line, for at most ``options.limit`` seconds."""
    path = list_plans()[name]
    plan = load_plan(path)
    if options.tiny:
        plan = tiny(plan, path.parent)
    if options.tiny or options.device:
        device = {"training.device": options.device} if options.device else {}
        plan = plan.model_copy(update={"set": {**plan.set, **device}})
        path = out / f"{name}.aegui-study"
        save_plan(path, plan)
    command = [sys.executable, "-m", "aegui", "study", str(path), "--json", "--yes"]
    command += ["--out", str(out / name), "--jobs", str(options.jobs)]
    if options.seeds:
        command += ["--seeds", str(options.seeds)]
    with (out / f"{name}.json").open("wb") as told, (out / f"{name}.log").open("wb") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=told, stderr=log, start_new_session=True)
        code, processors = _awaited(process, options.limit)
        seconds = time.perf_counter() - begun
    result: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        result = json.loads((out / f"{name}.json").read_text("utf-8"))
    ended = "failed" if not result else "whole" if result["complete"] else "stopped"
    lines = (out / f"{name}.log").read_text("utf-8", errors="replace").split("\n")
    said = " ".join(line for line in lines[-6:] if line) if ended == "failed" else ""
    said = f"exit {code}: {said}" if ended == "failed" else ""
    return Done(name, ended, seconds, processors, plan.figure, result, plan.conclusion, said)


def _awaited(process: subprocess.Popen[bytes], limit: float) -> tuple[int, float]:
    """Return exit code and CPU seconds; terminate the process at ``limit``, then kill it."""
    begun, asked = time.monotonic(), False
    while True:
        pid, status, use = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, use.ru_utime + use.ru_stime
        taken = time.monotonic() - begun
        if limit and taken > limit and not asked:
            asked = True
            process.terminate()
        if limit and taken > limit + _GRACE_SECONDS:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        time.sleep(_LOOK_SECONDS)


def measure() -> list[Figure]:
    """Run all studies of letters with two processes each, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        options = _parser().parse_args(["letters", "--jobs", "2"])
        found = [do(name, Path(folder), options) for name in chosen(["letters"])]
    figures = [Figure(f"{one.study}: {one.ended}", one.seconds, "s") for one in found]
    whole = sum(one.seconds for one in found)
    figures.append(Figure("processor time of them", sum(it.processor_seconds for it in found), "s"))
    name = "all studies of letters, one after the other, two processes"
    return [*figures, at_most(name, whole, "s", LETTERS_SECONDS)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.shipped_studies", description=__doc__
    )
    parser.add_argument(
        "names", nargs="*", default=list(GROUPS), metavar="NAME", help=", ".join(GROUPS)
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes of a study")
    parser.add_argument("--seeds", type=int, help="seeds of each setting, in place of the plan's")
    parser.add_argument(
        "--limit", type=float, default=0.0, help="seconds of each study (default: no limit)"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), help="where it trains")
    parser.add_argument("--tiny", action="store_true", help="a hundredth of each, to see it run")
    parser.add_argument("--out", type=Path, help="folder for the runs; the same line goes on")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all of it there")
    return parser


def main() -> int:
    """Run the studies, printing a line each; return 1 if one failed."""
    parser = _parser()
    options = parser.parse_args()
    try:
        names = chosen(options.names)
    except ValueError as error:
        parser.error(str(error))
    with contextlib.ExitStack() as stack:
        out = options.out
        if out is None:
            out = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        out.mkdir(parents=True, exist_ok=True)
        found: list[Done] = []
        for name in names:
            found.append(do(name, out.resolve(), options))
            print(found[-1].line(), flush=True)  # noqa: T201
            if options.json:
                content = {"machine": machine(), "studies": [asdict(one) for one in found]}
                options.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    seconds = sum(one.seconds for one in found)
    processors = sum(one.processor_seconds for one in found)
    print(f"{len(found)} studies: {seconds:.0f} s, {processors:.0f} s of processors")  # noqa: T201
    return 0 if all(one.ended != "failed" for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
