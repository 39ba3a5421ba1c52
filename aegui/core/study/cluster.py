"""Studies on machines that share only a folder: units as files, a SLURM script, collection."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from aegui.core.atomic import create_folder, write_atomically
from aegui.core.child_process import program_shell_command
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.recipe.file import read_text
from aegui.core.study.records import packed_records, record_of
from aegui.core.study.units import Unit, run_unit
from aegui.core.system_reason import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.study.records import Records, RunRecord
    from aegui.core.study.study import Study

SCRIPT = "study.sbatch"
_JOBS = 64
"""Number of jobs that the study is divided for; it yields about twice as many units."""
_SCRIPT = """#!/bin/sh
#SBATCH --job-name=aegui-study
#SBATCH --array=1-{count}
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
# Begin with: sbatch {script}
# Then, anywhere the folder can be seen: {program} study PLAN --collect {folder}
exec {program} study-unit {folder} "$SLURM_ARRAY_TASK_ID"
"""


def write_units(study: Study, folder: Path) -> int:
    """Write the pending units of ``study`` as numbered files, and a script that runs them.

    Returns:
        The number of units.

    Raises:
        AeguiError: Nothing is left to do, later runs depend on the results of earlier ones, or the
            folder cannot be written to.
    """
    if study.plan.mode in {"path", "guided"}:
        raise AeguiError(
            tr(
                'A study with "mode": {mode} depends on earlier results, and cannot be written as'
                " units in advance: run it here, or make it a grid or random.",
                mode=f'"{study.plan.mode}"',
            )
        )
    units = study.units(_JOBS)
    if not units:
        raise AeguiError(tr("Nothing is left to do: all runs of the study are finished."))
    create_folder(folder)
    if any(folder.glob("unit-*.json")):
        raise AeguiError(
            tr("{folder} holds the units of a study already: choose another one.", folder=folder)
        )
    for number, unit in enumerate(units, 1):
        write_atomically(_unit_path(folder, number), unit.to_json().encode())
    absolute = folder.resolve()
    script = _SCRIPT.format(
        count=len(units),
        script=shlex.quote(str(absolute / SCRIPT)),
        folder=shlex.quote(str(absolute)),
        program=program_shell_command(),
    )
    write_atomically(folder / SCRIPT, script.encode())
    return len(units)


def do_unit(folder: Path, number: int, report_share: Callable[[float], None]) -> None:
    """Run a unit of ``folder``, unless it is done already.

    Raises:
        AeguiError: The unit does not exist or fails, or the folder cannot be written to.
    """
    path = _unit_path(folder, number)
    done = path.with_suffix(".safetensors")
    lines = path.with_suffix(".jsonl")
    if lines.exists():
        return
    unit = Unit.from_json(read_text_of(path), path.name)
    records: list[RunRecord] = []
    for some in run_unit(unit, report_share=report_share):
        records += some
    found, tensors = packed_records(records)
    write_atomically(done, tensors)
    # Written last: the lines mark the unit as complete.
    write_atomically(lines, "".join(json.dumps(line) + "\n" for line in found).encode())


def read_text_of(path: Path) -> str:
    """Read the text of a unit, which may be longer than a recipe.

    Raises:
        ReadError: The file cannot be read.
    """
    if not path.is_file():
        raise ReadError(tr("There is no unit {file}.", file=path))
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return read_text(path)


def collect(folder: Path, records: Records) -> int:
    """Add the results of the units in ``folder`` to ``records``; return the number of runs.

    Raises:
        AeguiError: There are no units, or the results cannot be read or stored.
    """
    units = sorted(folder.glob("unit-*.json"))
    if not units:
        raise AeguiError(tr("{folder} holds no units of a study.", folder=folder))
    count = 0
    for path in units:
        lines = path.with_suffix(".jsonl")
        if not lines.exists():
            continue
        try:
            found = [from_json(line) for line in lines.read_text("utf-8").splitlines()]
            keys = [record_of(line).key for line in found]
            tensors = path.with_suffix(".safetensors").read_bytes()
        except (OSError, ValueError) as error:
            raise unreadable(lines, error) from None
        fresh = [line for line, key in zip(found, keys, strict=True) if key not in records]
        if fresh:
            count += len(records.add(fresh, tensors))
    return count


def _unit_path(folder: Path, number: int) -> Path:
    return folder / f"unit-{number:05}.json"
