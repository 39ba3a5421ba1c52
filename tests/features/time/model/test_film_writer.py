"""Frames are encoded to a film, or nothing is left behind."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.core.latent import films
from aegui.core.latent.film_spec import FilmSpec
from aegui.features.time.model.film_writer import FilmWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.harness.logs import ExpectLog


FILM = FilmSpec(fps=10.0, pause=0.0)


@pytest.fixture
def writer(qapp: object) -> Iterator[FilmWriter]:
    made = FilmWriter()
    yield made
    made.shutdown()


def put_all(writer: FilmWriter, qtbot: QtBot, count: int) -> None:
    for level in range(count):
        qtbot.waitUntil(lambda: writer.has_space)
        writer.put(np.full((6, 8, 3), 40 * level, np.uint8))


def test_a_film_is_written(writer: FilmWriter, qtbot: QtBot, tmp_path: Path) -> None:
    writer.begin(tmp_path / "a.gif", FILM)
    assert writer.is_busy
    put_all(writer, qtbot, 6)
    with qtbot.waitSignal(writer.finished) as caught:
        qtbot.waitUntil(lambda: writer.has_space)
        writer.end()
    assert caught.args == [""]
    assert not writer.is_busy
    with Image.open(tmp_path / "a.gif") as film:
        assert film.size == (8, 6)
        assert getattr(film, "n_frames", 1) == 6
        film.seek(3)
        assert film.convert("RGB").getpixel((2, 2)) == (120, 120, 120)


def test_a_cancelled_film_leaves_nothing(writer: FilmWriter, qtbot: QtBot, tmp_path: Path) -> None:
    told: list[str] = []
    writer.finished.connect(told.append)
    writer.begin(tmp_path / "a.gif", FILM)
    put_all(writer, qtbot, 2)
    writer.cancel()
    assert list(tmp_path.iterdir()) == []
    assert not writer.is_busy
    qtbot.wait(50)
    assert told == []


def test_what_cannot_be_written_is_told(writer: FilmWriter, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(writer.finished) as caught:
        writer.begin(tmp_path / "nowhere" / "a.gif", FILM)
    assert "nowhere" in caught.args[0]


def test_what_nobody_expected_ends_the_film_too(
    writer: FilmWriter,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: ExpectLog,
) -> None:
    def fail(*_arguments: object, **_options: object) -> int:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(films, "write_film", fail)
    with (
        expect_log("a.gif failed", level=logging.ERROR),
        qtbot.waitSignal(writer.finished) as caught,
    ):
        writer.begin(tmp_path / "a.gif", FILM)
    assert caught.args == ["a.gif: by nothing"]
    assert not writer.is_busy


def test_nobody_waits_for_a_film_that_is_given_up(
    writer: FilmWriter, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoders do not stop at once: a late result is not written."""
    gate, encoded, encode = threading.Event(), threading.Event(), films._gif

    def slowly(*args: Any) -> bytes:
        content = encode(*args)
        encoded.set()
        gate.wait(20.0)
        return content

    monkeypatch.setattr(films, "_gif", slowly)
    writer.begin(tmp_path / "a.gif", FILM)
    put_all(writer, qtbot, 2)
    qtbot.waitUntil(lambda: writer.has_space)
    writer.end()
    qtbot.waitUntil(encoded.is_set)
    writer.cancel()
    assert not writer.is_busy
    # Another film waits in the queue.
    writer.begin(tmp_path / "b.gif", FILM)
    gate.set()
    with qtbot.waitSignal(writer.finished) as caught:
        put_all(writer, qtbot, 2)
        qtbot.waitUntil(lambda: writer.has_space)
        writer.end()
    assert caught.args == [""]
    assert [path.name for path in tmp_path.iterdir()] == ["b.gif"]
