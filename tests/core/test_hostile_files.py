"""Malicious files are refused with one sentence, quickly, before memory is allocated."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.course_configs import load_any_recipe
from aegui.core.data.load import read_source
from aegui.core.errors import AeguiError
from aegui.core.library.entry import read_entry
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import recipe_json
from aegui.core.run_file.saved import load_run, save_run, saved_run_of
from aegui.core.run_file.tensor_bytes import unpacked
from aegui.core.study.plan import load_plan, plan_from, plan_json
from aegui.core.training.loop.train import train
from aegui.session.settings import Settings
from tests.session.parts import resolved

if TYPE_CHECKING:
    from collections.abc import Callable

_MB = 1_000_000
_MAX_BYTES = 200 * _MB
_MAX_SECONDS = 10.0
"""Of the processor, while memory is watched, which makes everything several times as slow."""

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)


def npy(shape: str, kind: str = "'|u1'", rest: bytes = b"\0" * 64) -> bytes:
    """Return an array file with an arbitrary header."""
    head = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}".encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + rest


def idx(*axes: int, rest: bytes = b"\0" * 64) -> bytes:
    """Return an idx file of bytes with an arbitrary header."""
    return struct.pack(f">HBB{len(axes)}I", 0, 8, len(axes), *axes) + rest


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return buffer.getvalue()


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0" * 6 + b";"


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 200, 0, 0, 54) + head + b"\0" * 60


def tiff(width: int, height: int) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
    entries += [(273, 4, 8), (278, 4, height), (279, 4, 8)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries)) + body + b"\0" * 4


DATA: dict[str, tuple[str, Callable[[], bytes]]] = {
    "idx of 2^32 images": ("a.idx", lambda: idx(2**32 - 1, 28, 28)),
    "idx whose axes overflow": ("a.idx", lambda: idx(*[2**32 - 1] * 4)),
    "packed idx of 3 GB": (
        "a.idx.gz",
        lambda: gzip.compress(idx(4_000_000, 28, 28, rest=b"\0" * (32 * _MB)), 6),
    ),
    "csv that unpacks to a line": ("a.csv.gz", lambda: gzip.compress(b"0," * (32 * _MB), 6)),
    "csv that unpacks to nothing": ("a.csv.gz", lambda: gzip.compress(b" " * (64 * _MB), 6)),
    "a megabyte of drawn rows, times twelve": ("a.txt", lambda: b"#" * (12 * _MB)),
    "npy of 2^40 images": ("a.npy", lambda: npy(f"({2**40}, 28, 28)")),
    "npy whose shape overflows": ("a.npy", lambda: npy(f"({2**62}, {2**62}, 4)")),
    "npy of a negative shape": ("a.npy", lambda: npy("(-1, 28, 28)")),
    "npy of nested types": ("a.npy", lambda: npy("(1, 2, 2)", "[" * 900 + "]" * 900)),
    "npy of objects": ("a.npy", lambda: npy("(1, 2, 2)", "'|O'")),
    "npz that unpacks to 128 MB": (
        "a.npz",
        lambda: zipped({"images.npy": npy("(163840, 28, 28)", rest=b"\0" * (128 * _MB))}),
    ),
    "npz of 2^40 images": ("a.npz", lambda: zipped({"images.npy": npy(f"({2**40}, 28, 28)")})),
    "gif of 65535 x 65535": ("a.gif", lambda: gif(65535, 65535)),
    "bmp of 2^31 pixels a side": ("a.bmp", lambda: bmp(2**31 - 1, 2**31 - 1)),
    "tiff of 2^32 pixels a side": ("a.tiff", lambda: tiff(2**32 - 1, 2**32 - 1)),
    "json nested": ("a.json", lambda: b"[" * 1_000_000),
    "python nested": ("a.py", lambda: b"x = " + b"[" * 500_000),
    "c nested": ("a.h", lambda: b"int x[1] = " + b"{" * 500_000),
    "python of another kind": ("a.py", lambda: b"x = [__import__('os').getpid()] * 9\n"),
}
"""Name -> name of the file, and what makes it."""

RECIPES: dict[str, tuple[str, str]] = {
    "aliases": ("a.yaml", LAUGHS),
    "yaml of objects": ("a.yaml", "layers: !!python/object/apply:os.getpid []\n"),
    "yaml nested": ("a.yaml", "[" * 20_000),
    "yaml indented": ("a.yaml", "".join(f"{' ' * n}a:\n" for n in range(700))),
    "json nested": ("a.json", '{"layers":' * 20_000),
    "a number of many digits": ("a.json", f'{{"epochs": {"9" * 5000}}}'),
    "newer": ("a.json", recipe_json(Recipe()).replace('"version": 2', '"version": 999')),
    "layers without end": ("a.json", json.dumps({"layers": [10**9] * 1000, "epochs": 10**30})),
    "a million layers": ("a.json", json.dumps({"layers": [9] * 100_000})),
}


def refusal(read: Callable[[Path], object], path: Path) -> str:
    """Return the message with which ``path`` is refused; time and memory are bounded."""
    begun = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(AeguiError) as caught:
            read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < _MAX_BYTES
    assert time.process_time() - begun < _MAX_SECONDS
    text = str(caught.value)
    assert "\n" not in text
    assert path.name in text
    assert len(text) < 1400
    return text


@pytest.mark.parametrize("what", DATA)
def test_data_that_lie_about_their_size_or_kind(what: str, tmp_path: Path) -> None:
    name, make = DATA[what]
    path = tmp_path / name
    path.write_bytes(make())
    refusal(lambda path: read_source(str(path)), path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("what", RECIPES)
def test_configurations_that_stand_for_too_much(what: str, tmp_path: Path) -> None:
    name, text = RECIPES[what]
    path = tmp_path / name
    path.write_text(text)
    refusal(load_any_recipe, path)


class Runs:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


def test_nothing_pickled_is_opened(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    content = pickle.dumps(Runs(trap))
    path = tmp_path / "a.npz"
    objects = np.empty((1, 2, 2), object)
    objects[:] = Runs(trap)
    np.savez(path, images=objects)
    refusal(lambda path: read_source(str(path)), path)
    for name in ("a.npy", "a.idx", "a.aegui", "a.json"):
        (tmp_path / name).write_bytes(content)
        read = load_run if name.endswith(".aegui") else lambda path: read_source(str(path))
        refusal(read, tmp_path / name)
    assert not trap.exists()
    pickle.loads(content)
    assert trap.exists()  # it would have been


def test_members_of_a_zip_file_go_nowhere(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    outside = f"../{tmp_path.name}-slipped.npy"
    images = npy("(2, 4, 4)", rest=bytes(range(32)))
    path = inside / "a.npz"
    members = {outside: images, "/etc/slipped.npy": images, "images.npy": images}
    path.write_bytes(zipped(members))
    assert len(read_source(str(path)).dataset) == 2
    of = resolved(2)
    *_, training = train(of)
    run = inside / "a.aegui"
    save_run(run, saved_run_of(training.result(), of))
    with zipfile.ZipFile(run, "a") as archive:
        archive.writestr(outside, b"slipped")
    assert load_run(run).results
    assert sorted(tmp_path.rglob("*")) == [inside, run, path]
    assert not Path("/etc/slipped.npy").exists()


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2**63, 2**63], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2**32, 2**32], "data_offsets": [0, 0]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 2**70]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]},
        {"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1] * 40, "data_offsets": [0, 4]},
        {"dtype": "O", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]},
        [],
    ],
)
def test_headers_of_weights_that_cannot_be_right(entry: object) -> None:
    head = json.dumps({"a": entry}).encode()
    data = bytearray(len(head).to_bytes(8, "little") + head + b"\0" * 8)
    with pytest.raises(ValueError, match="cannot be right"):
        unpacked(data)


def test_a_header_that_is_longer_than_its_file() -> None:
    for size in (9, 2**20, 2**63, 2**64 - 1):
        with pytest.raises(ValueError, match="longer"):
            unpacked(bytearray(size.to_bytes(8, "little") + b"{}"))


def test_what_a_newer_version_wrote_is_refused_by_its_version(tmp_path: Path) -> None:
    plan = json.loads(plan_json(plan_from({"format": "aegui-study", "version": 1, "name": "x"})))
    study = tmp_path / "a.json"
    study.write_text(json.dumps(plan | {"version": 99}))
    assert "version" in refusal(load_plan, study)
    entry = tmp_path / "b.json"
    entry.write_text(json.dumps({"version": 99, "id": "x"}))
    assert "newer version" in refusal(read_entry, entry)
    kept = tmp_path / "settings.json"
    kept.write_text(json.dumps({"version": 99}))
    notice = Settings.load(kept).notice
    assert notice is not None
    assert "could not be read" in notice.text
    # What the newer one had is kept beside the new file.
    assert json.loads((tmp_path / "settings.json.broken").read_text()) == {"version": 99}
