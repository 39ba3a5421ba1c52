"""Files requested in a row: none is lost, and each is reported by name."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.progress import LoadProgress, stop_if
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[FileWriter]:
    made = FileWriter()
    yield made
    made.shutdown()


@pytest.fixture
def told(writer: FileWriter) -> list[Notice]:
    heard: list[Notice] = []
    writer.noticed.connect(heard.append)
    return heard


def saved(path: Path, words: str = "saved") -> Notice:
    return Notice("info", words, about="figure", file=path)


def slow(gate: threading.Event, path: Path, content: bytes) -> bytes:
    """Return the content of a file once ``gate`` is set."""
    assert gate.wait(20)
    return content + path.name.encode()


def test_two_files_are_both_written(
    writer: FileWriter, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    gate, paths = threading.Event(), [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        writer.write_bytes(path, partial(slow, gate, path, b"of "), saved(path, path.name))
    gate.set()
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert [path.read_bytes() for path in paths] == [b"of a.csv", b"of b.csv"]
    assert [notice.text for notice in told] == ["a.csv", "b.csv"]


def test_of_one_file_asked_for_twice_the_later_content_stays(
    writer: FileWriter, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    gate, path, ended = threading.Event(), tmp_path / "a.csv", list[str]()
    writings = [
        writer.write_bytes(path, partial(slow, gate, path, made), saved(path))
        for made in (b"first ", b"second ", b"last ")
    ]
    for number, writing in enumerate(writings):
        writing.written.connect(lambda number=number: ended.append(f"written {number}"))
        writing.failed.connect(lambda _reason, number=number: ended.append(f"failed {number}"))
    gate.set()
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert path.read_bytes() == b"last a.csv"
    assert told == [saved(path)], "once, and without an error"
    assert ended == ["written 2"]


def test_a_failure_names_file_and_reason_and_the_next_is_written(
    writer: FileWriter, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    blocked, path, reasons = tmp_path / "no folder" / "a.csv", tmp_path / "b.csv", list[str]()
    writer.write_bytes(blocked, lambda: b"", saved(blocked)).failed.connect(reasons.append)
    writer.write_bytes(path, lambda: b"there", saved(path))
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert [notice.level for notice in told] == ["error", "info"]
    assert told[0].text == reasons[0]
    assert str(blocked) in told[0].text
    assert (told[0].about, told[0].file) == ("figure", blocked)
    assert not told[1].replaces(told[0]), "that one still is not there"
    assert saved(blocked).replaces(told[0])
    assert path.read_bytes() == b"there"


def test_long_work_tells_how_far_it_is_and_is_given_up(
    writer: FileWriter, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    path, after = tmp_path / "film.gif", tmp_path / "after.csv"

    def endless(report: Report, cancelled: IsCancelled) -> None:
        report(LoadProgress(3, 10, "3 of 10 images"))
        while True:
            stop_if(cancelled)
            threading.Event().wait(0.001)

    writer.write_long(path, endless, saved(path))
    writer.write_bytes(after, lambda: b"after", saved(after))
    with qtbot.waitSignal(
        writer.progressed, check_params_cb=lambda progress: progress.text
    ) as heard:
        pass
    assert (heard.args[0].title, heard.args[0].text) == ("Writing film.gif", "3 of 10 images")
    writer.cancel()
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert not path.exists()
    assert after.read_bytes() == b"after"
    assert told == [saved(after)]


def test_one_is_given_up_by_whoever_asked_for_it(
    writer: FileWriter, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    gate, first, second = threading.Event(), tmp_path / "a.csv", tmp_path / "b.csv"
    writer.write_bytes(first, lambda: slow(gate, first, b""), saved(first))
    writer.write_bytes(second, lambda: b"", saved(second)).cancel()
    gate.set()
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert first.exists()
    assert not second.exists()
    assert told == [saved(first)]


def test_what_was_asked_for_is_there_when_the_program_has_ended(
    qtbot: QtBot, tmp_path: Path
) -> None:
    writer, path = FileWriter(), tmp_path / "a.csv"
    writer.write_bytes(path, lambda: b"there", saved(path))
    writer.shutdown()
    assert path.read_bytes() == b"there"
