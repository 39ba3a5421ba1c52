from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data import download as download_module
from aegui.core.data import published as published_module
from aegui.core.data import store
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.download import NotDownloaded, download, is_available, take_files
from aegui.core.data.idx import idx_images, idx_labels
from aegui.core.data.published import PUBLISHED, PublishedFile, PublishedSet
from aegui.core.errors import AeguiError, Cancelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.core.data.progress import LoadProgress


@dataclass
class Behaviour:
    """How a mirror answers requests."""

    files: dict[str, bytes]
    cut_after: int | None = None
    ranges: bool = True
    wrong_range: bool = False
    missing: bool = False
    sent_to: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def mirror(behaviour: Behaviour) -> Iterator[str]:
    """Serve a mirror with this behaviour; return its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            name = self.path.rpartition("/")[2]
            behaviour.asked.append((name, wanted))
            data = behaviour.files.get(name)
            self.close_connection = True
            if behaviour.sent_to:
                self.send_response(302)
                self.send_header("Location", behaviour.sent_to + name)
                self.end_headers()
                return
            if behaviour.missing or data is None:
                self.send_error(404)
                return
            begin = 0
            if wanted and behaviour.ranges:
                begin = int(wanted.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                told = 0 if behaviour.wrong_range else begin
                self.send_header("Content-Range", f"bytes {told}-{len(data) - 1}/{len(data)}")
                begin = told
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data) - begin))
            self.end_headers()
            self.wfile.write(data[begin:][: behaviour.cut_after])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/some/folder/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no proxy, the test's folder of data sets, and a server without TLS."""
    monkeypatch.setattr("aegui.core.data.download.HTTP_HOSTS", {"127.0.0.1"})
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("AEGUI_DATA_DIR", raising=False)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Return the files of the mirrors: a small set named MNIST."""
    noise = np.random.default_rng(0).integers(0, 256, (500, 28, 28)) / 255
    made: dict[str, bytes] = {}
    for part, count in (("train", 500), ("t10k", 20)):
        labels = [str(index % 10) for index in range(count)]
        dataset = Dataset.from_images("small", noise[:count].astype(np.float32), labels)
        made[f"{part}-images-idx3-ubyte.gz"] = idx_images(dataset, packed=True)
        made[f"{part}-labels-idx1-ubyte.gz"] = idx_labels(dataset, packed=True)
    rows = [PublishedFile(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in made.items()]
    small = PublishedSet(
        "mnist", "MNIST", (rows[0], rows[1], rows[2], rows[3]), (), tuple("0123456789"), "s", "l"
    )
    monkeypatch.setattr(published_module, "PUBLISHED", {"mnist": small})
    monkeypatch.setattr(download_module, "PUBLISHED", {"mnist": small})
    return made


def folder_of(home: Path) -> Path:
    return home / "data" / "aegui" / "data" / "mnist"


def test_a_set_comes_is_checked_and_can_be_read(files: dict[str, bytes], user_home: Path) -> None:
    told: list[LoadProgress] = []
    behaviour = Behaviour(files)
    assert not is_available("mnist")
    with pytest.raises(NotDownloaded):
        load_builtin("mnist")
    with mirror(behaviour) as address:
        download("mnist-test", told.append, mirrors=[address])
        assert is_available("mnist")
        download("mnist", mirrors=[address])  # all is there: nothing is asked for
    assert [name for name, _ in behaviour.asked] == list(files)
    assert {path.name for path in folder_of(user_home).iterdir()} == set(files)
    assert (len(load_builtin("mnist")), len(load_builtin("mnist-test"))) == (500, 20)
    assert load_builtin("mnist").labels[:3] == ("0", "1", "2")
    total = sum(map(len, files.values()))
    assert (told[-1].done, told[-1].total) == (total, total)
    assert told[-1].text == f"MNIST: {total / 1e6:.1f} MB of {total / 1e6:.1f} MB"
    assert [one.done for one in told] == sorted(one.done for one in told)


def test_files_that_one_has_are_known_by_their_sums(
    files: dict[str, bytes], user_home: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "stick" / "inner"
    mine.mkdir(parents=True)
    names = list(files)
    # Under other names, beside other things, and two of them wrong or unpacked.
    (mine / "a.bin").write_bytes(files[names[0]])
    (mine / "b.bin").write_bytes(files[names[1]])
    (mine / names[2]).write_bytes(files[names[2]][:-1] + b"x")
    (mine / names[3].removesuffix(".gz")).write_bytes(gzip.decompress(files[names[3]]))
    (mine / "letter.txt").write_text("hello")
    with pytest.raises(AeguiError) as told:
        take_files("mnist", [tmp_path / "stick"])
    assert str(told.value) == (
        "MNIST: 2 of 4 files are available now. t10k-images-idx3-ubyte.gz is another file than the "
        "one that was published; t10k-labels-idx1-ubyte.gz is unpacked; the .gz file is needed."
    )
    assert not is_available("mnist")
    # What was right is kept; the rest comes file by file.
    for name in names[2:]:
        (tmp_path / name).write_bytes(files[name])
    seen: list[LoadProgress] = []
    take_files("mnist-test", [tmp_path / name for name in names[2:]], seen.append)
    assert is_available("mnist")
    assert seen[-1].done == seen[-1].total
    assert len(load_builtin("mnist")) == 500
    assert {path.name for path in folder_of(user_home).iterdir()} == set(files)
    assert len(list(mine.iterdir())) == 5, "they are copied, not moved"


def test_a_folder_without_them_says_what_is_missing(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(AeguiError, match=r"0 of 4 files are available now.*is not there"):
        take_files("mnist", [tmp_path])
    with pytest.raises(Cancelled):
        take_files("mnist", [tmp_path / "x"], cancelled=lambda: True)


def test_cut_connections_are_resumed(files: dict[str, bytes], user_home: Path) -> None:
    behaviour = Behaviour(files, cut_after=100_000)
    with mirror(behaviour) as address:
        download("mnist", mirrors=[address])
    assert is_available("mnist")
    name = "train-images-idx3-ubyte.gz"
    size = len(files[name])
    asked = [wanted for asked, wanted in behaviour.asked if asked == name]
    assert asked == [None, *(f"bytes={at}-" for at in range(100_000, size, 100_000))]
    assert (folder_of(user_home) / name).read_bytes() == files[name]


def test_what_was_cancelled_goes_on_where_it_was(files: dict[str, bytes], user_home: Path) -> None:
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    behaviour = Behaviour(files)
    with mirror(behaviour) as address:
        with pytest.raises(Cancelled):
            download("mnist", None, is_cancelled, [address])
        (partial,) = folder_of(user_home).iterdir()
        kept = partial.stat().st_size
        assert partial.suffix == ".part"
        assert kept > 0
        told: list[LoadProgress] = []
        download("mnist", told.append, mirrors=[address])
    assert behaviour.asked[1] == ("train-images-idx3-ubyte.gz", f"bytes={kept}-")
    assert told[0].done == kept
    assert is_available("mnist")


def test_a_server_without_ranges_begins_again(files: dict[str, bytes], user_home: Path) -> None:
    folder = folder_of(user_home)
    folder.mkdir(parents=True)
    name = "train-images-idx3-ubyte.gz"
    for behaviour in (Behaviour(files, ranges=False), Behaviour(files, wrong_range=True)):
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / f"{name}.part").write_bytes(files[name][:1234])
        with mirror(behaviour) as address:
            download("mnist", mirrors=[address])
        assert behaviour.asked[0] == (name, "bytes=1234-")
        assert (folder / name).read_bytes() == files[name]


def test_a_wrong_part_of_before_is_thrown_away(files: dict[str, bytes], user_home: Path) -> None:
    folder = folder_of(user_home)
    folder.mkdir(parents=True)
    name = "train-images-idx3-ubyte.gz"
    (folder / f"{name}.part").write_bytes(bytes(1234))
    with mirror(Behaviour(files)) as address:
        download("mnist", mirrors=[address])
    assert (folder / name).read_bytes() == files[name]


def test_the_next_mirror_is_asked(files: dict[str, bytes]) -> None:
    spoilt = {name: data[:-1] + b"x" for name, data in files.items()}
    longer = {name: data + b"x" for name, data in files.items()}
    behaviours = [Behaviour(files, missing=True), Behaviour(spoilt), Behaviour(longer)]
    good = Behaviour(files)
    with (
        mirror(behaviours[0]) as missing,
        mirror(behaviours[1]) as wrong,
        mirror(behaviours[2]) as long,
        mirror(good) as right,
    ):
        download("mnist", mirrors=[missing, wrong, "http://127.0.0.1:9/", long, right])
    assert is_available("mnist")
    assert [len(behaviour.asked) for behaviour in behaviours] == [4, 4, 4]
    assert good.asked == [(name, None) for name in files]


def test_a_refusal_names_every_mirror(files: dict[str, bytes], user_home: Path) -> None:
    with (
        mirror(Behaviour(files, missing=True)) as missing,
        mirror(Behaviour(dict.fromkeys(files, b"?"), ranges=False)) as short,
        pytest.raises(AeguiError) as told,
    ):
        download("mnist", mirrors=[missing, short, "nonsense"])
    text = str(told.value)
    assert text.startswith("train-images-idx3-ubyte.gz could not be downloaded. ")
    assert f"{missing}: 404 Not Found; {short}: the connection was cut; nonsense: " in text
    assert not any(path.suffix == ".gz" for path in folder_of(user_home).iterdir())


def test_a_full_disk_is_said_before(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with mirror(Behaviour(files)) as address, pytest.raises(AeguiError, match=r"disk of .* full"):
        download("mnist", mirrors=[address])


def test_a_disk_that_fills_gets_its_room_back(
    files: dict[str, bytes], user_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with mirror(Behaviour(files)) as address:
        monkeypatch.setattr(os, "fsync", fill)
        full = r"The disk of .*mnist is full: 0\.4 MB are needed.*The incomplete file is rem"
        with pytest.raises(AeguiError, match=full):
            download("mnist", mirrors=[address])
        assert list(folder_of(user_home).iterdir()) == []
        monkeypatch.undo()
        assert store.megabytes(1_234_567) == "1.2 MB"
        assert store.megabytes(32_930) == "33 KB"
        assert store.megabytes(3) == "1 KB"
        assert store.megabytes(0) == "0.0 MB"


def test_a_folder_that_cannot_be_written(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist").write_text("a file")
    monkeypatch.setenv("AEGUI_DATA_DIR", str(tmp_path))
    with (
        mirror(Behaviour(files)) as address,
        pytest.raises(AeguiError, match="cannot be stored in"),
    ):
        download("mnist", mirrors=[address])


def test_unknown_sets_are_refused() -> None:
    with pytest.raises(AeguiError, match="mnist, fashion"):
        download("emoji")


def test_the_table_is_that_of_the_published_files() -> None:
    assert PUBLISHED["mnist"].size == 11_594_722
    assert PUBLISHED["fashion"].size == 30_878_645
    for row in PUBLISHED.values():
        assert len(row.classes) == 10
        assert len(row.mirrors) >= 2
        assert len({file.sha256 for file in row.files}) == 4
        assert all(len(bytes.fromhex(file.sha256)) == 32 for file in row.files)


def test_only_tls_is_used(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aegui.core.data.download.HTTP_HOSTS", set())
    good = Behaviour(files)
    with mirror(good) as plain, pytest.raises(AeguiError, match="begin with https://"):
        download("mnist", mirrors=[plain, plain.replace("http", "ftp"), "file:///etc/"])
    assert good.asked == []
    mirrors = [address for known in PUBLISHED.values() for address in known.mirrors]
    assert all(address.startswith("https://") for address in mirrors)


def test_nobody_is_sent_out_of_tls(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Behaviour(files)
    with mirror(good) as plain:
        # The same server by a name from which nothing may come without TLS.
        elsewhere = plain.replace("127.0.0.1", "localhost")
        with (
            mirror(Behaviour(files, sent_to=elsewhere)) as sending,
            pytest.raises(AeguiError, match="begin with https://"),
        ):
            download("mnist", mirrors=[sending])
    assert good.asked == []
