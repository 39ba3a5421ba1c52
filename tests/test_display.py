"""Without a display the window is refused in one sentence, before Qt would abort the process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aegui.display import missing_display_reason

ROOT = Path(__file__).resolve().parents[1]
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems always have a screen"
)


@linux_only
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "There is no display"),
        ({"QT_QPA_PLATFORM": "xcb"}, "There is no display"),
        ({"DISPLAY": ":987"}, ":987"),
        ({"DISPLAY": "nonsense"}, "nonsense"),
        ({"WAYLAND_DISPLAY": "wayland-none", "XDG_RUNTIME_DIR": "/nowhere"}, "wayland-none"),
    ],
)
def test_a_display_that_is_not_there_is_named(environment: dict[str, str], words: str) -> None:
    assert words in str(missing_display_reason(environment))


@linux_only
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:port=5900", "xcb;offscreen"])
def test_platforms_without_a_display_need_none(platform: str) -> None:
    assert missing_display_reason({"QT_QPA_PLATFORM": platform}) is None


@linux_only
def test_a_wayland_socket_that_answers_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket may have at most 108 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("w")
        server.listen()
        assert missing_display_reason({"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": "."}) is None


@linux_only
def test_the_command_ends_with_one_sentence(tmp_path: Path) -> None:
    unwanted = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LC_ALL", "LC_MESSAGES"}
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    done = subprocess.run(
        [sys.executable, "-m", "aegui", "--language", "en"],
        cwd=ROOT,
        env={**environment, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "There is no display" in done.stderr
