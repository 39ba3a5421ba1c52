"""Detection of files that were replaced."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aegui.core.atomic import write_atomically
from aegui.core.file_mark import mark_of, mark_written

if TYPE_CHECKING:
    from pathlib import Path


def test_an_untouched_file_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    mark = mark_of(file)
    assert mark is not None
    assert mark.state(file) == ("same", mark)


def test_a_written_file_is_known_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "a"
    mark = mark_written(b"one", write_atomically(file, b"one"))
    assert mark == mark_of(file)
    write_atomically(file, b"two")
    assert mark.state(file)[0] == "changed"


def test_a_file_that_was_only_touched_or_copied_back_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    mark = mark_of(file)
    assert mark is not None
    os.utime(file, (1, 1))
    state, again = mark.state(file)
    assert state == "same"
    assert again.stamp != mark.stamp
    other = tmp_path / "b"
    other.write_bytes(b"one")
    other.replace(file)
    assert again.state(file)[0] == "same"


def test_other_content_of_the_same_size_and_time_is_a_change(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    os.utime(file, (1, 1))
    mark = mark_of(file)
    assert mark is not None
    other = tmp_path / "b"
    other.write_bytes(b"two")
    os.utime(other, (1, 1))
    other.replace(file)  # as every careful program saves: another file takes the name
    assert mark.state(file)[0] == "changed"
    file.write_bytes(b"longer")
    assert mark.state(file)[0] == "changed"


def test_a_deleted_file_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    mark = mark_of(file)
    assert mark is not None
    file.unlink()
    assert mark.state(file)[0] == "gone"
    assert mark_of(file) is None
