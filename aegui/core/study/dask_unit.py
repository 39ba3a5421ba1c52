"""The task of a worker of a Dask cluster: run one unit, given as text, and return bytes."""

from __future__ import annotations

import importlib
import json
import time
from importlib.metadata import version
from typing import Any

from aegui import __version__
from aegui.core.errors import AeguiError
from aegui.core.i18n import set_language, tr
from aegui.core.json_text import from_json
from aegui.core.study.records import RunRecord, packed_records
from aegui.core.study.units import Unit, forget_files, run_unit

_LOOK_SECONDS = 0.5


def versions() -> dict[str, str]:
    """Return the versions that must match on all machines for the same results."""
    return {"aegui": __version__, "torch": version("torch").partition("+")[0]}


def do_remote(text: str) -> bytes:
    """Run a unit in a worker.

    Args:
        text: JSON: ``unit`` as ``Unit.to_json`` gives it, ``versions`` of the sender, ``language``,
            ``number`` of the unit, and ``topic``: the name for progress messages and for the events
            that stop or pause the work.

    Returns:
        A line of JSON ``[kind, content]``, then safetensors: kind ``ended`` with the lines of the
        runs, or ``refused`` with a message.
    """
    asked = from_json(text)
    set_language(asked["language"])
    if versions() != asked["versions"]:
        return _framed("refused", _other_versions(asked["versions"]))
    try:
        return _done(asked)
    except AeguiError as error:
        return _framed("refused", str(error))


def _framed(kind: str, content: object, tensors: bytes = b"") -> bytes:
    return json.dumps([kind, content]).encode() + b"\n" + tensors


def _other_versions(requested: dict[str, str]) -> str:
    def words(found: dict[str, str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in found.items())

    return tr(
        "A worker of the cluster has {theirs}, this program {ours}: results would differ. Install "
        "the same versions on all workers.",
        theirs=words(versions()),
        ours=words(requested),
    )


def _done(asked: dict[str, Any]) -> bytes:
    distributed: Any = importlib.import_module("distributed")
    worker = distributed.get_worker()
    client = distributed.get_client()
    topic = asked["topic"]
    stop = distributed.Event(f"{topic}-stop", client=client)
    pause = distributed.Event(f"{topic}-pause", client=client)
    share, due, is_paused = 0.0, 0.0, False

    def report_share(now: float) -> None:
        nonlocal share
        share = now

    def wait() -> bool:
        if is_paused:
            time.sleep(_LOOK_SECONDS / 5)
        return is_paused

    records: list[RunRecord] = []
    forget_files()
    for some in run_unit(Unit.from_json(json.dumps(asked["unit"])), wait, report_share):
        records += some
        if time.monotonic() >= due:
            due = time.monotonic() + _LOOK_SECONDS
            worker.log_event(topic, [asked["number"], share])
            is_paused = pause.is_set()
            if stop.is_set():
                return _framed("ended", [])
    return _framed("ended", *packed_records(records))
