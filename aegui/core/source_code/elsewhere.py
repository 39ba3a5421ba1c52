"""The check of generated code in a separate process, which can be cancelled and has a time limit.

Only text and numbers are sent; the other process generates the code from them itself.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.child_process import start_child
from aegui.core.data.byte_images import ByteImages, memory_of
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import parse_recipe, recipe_json
from aegui.core.run_file.tensor_bytes import packed, unpacked
from aegui.core.source_code.check import CodeVerdict, check_code
from aegui.core.source_code.subject import CodedRun

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.source_code.forms import DialectKey

MAX_SECONDS = 180.0
_LOOK_SECONDS = 0.1


def check_elsewhere(
    run: CodedRun,
    dialect: DialectKey,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
    seconds: float = MAX_SECONDS,
) -> CodeVerdict:
    """Run ``check_code`` in a process of its own and return its verdict.

    The verdict is "incomparable" if the process dies or exceeds ``seconds``.

    Raises:
        Cancelled: ``cancelled`` returned True; the process has been terminated.
    """
    process, pipe = start_child(_work, dialect, name="aegui code")
    deadline = time.monotonic() + seconds
    try:
        _send(pipe, run)
        while True:
            if cancelled is not None and cancelled():
                raise Cancelled
            if time.monotonic() >= deadline:
                words = tr("It takes longer than {n:,.0f} seconds.", n=seconds)
                return CodeVerdict("incomparable", reason=words)
            if not pipe.poll(_LOOK_SECONDS):
                continue
            told = from_json(pipe.recv_bytes())
            if "share" not in told:
                return _verdict(told)
            if report is not None:
                report(told["share"])
    except (EOFError, OSError):
        words = tr("The process that runs the code has ended, perhaps for lack of memory.")
        return CodeVerdict("incomparable", reason=words)
    finally:
        pipe.close()
        process.terminate()
        process.join()
        process.close()


def _verdict(found: dict[str, Any]) -> CodeVerdict:
    return CodeVerdict(
        found["state"],
        found["difference"],
        found["gradient"],
        found["reason"],
        tuple(found["code"]),
        tuple(found["own"]),
    )


def _send(pipe: Connection, run: CodedRun) -> None:
    dataset = run.resolved.dataset
    document = {
        "name": run.name,
        "recipe": recipe_json(run.resolved.recipe),
        "set": dataset.name,
        "labels": dataset.labels,
    }
    pipe.send_bytes(json.dumps(document).encode())
    images = np.ascontiguousarray(memory_of(dataset.images))
    pipe.send_bytes(b"".join(packed({"images": images})))


def _received(pipe: Connection) -> CodedRun:
    document = from_json(pipe.recv_bytes())
    images: Any = unpacked(bytearray(pipe.recv_bytes()))["images"]
    images = ByteImages.over(images) if images.dtype == np.uint8 else images
    recipe = parse_recipe(document["recipe"])
    dataset = Dataset.over(document["set"], images, document["labels"])
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None, "what was sent could be trained"
    return CodedRun.of(resolved, document["name"])


def _work(pipe: Connection, dialect: DialectKey) -> None:
    """Entry point of the child process."""

    def tell(message: dict[str, Any]) -> None:
        pipe.send_bytes(json.dumps(message).encode())

    tell(check_code(_received(pipe), dialect, lambda share: tell({"share": share})).document())
