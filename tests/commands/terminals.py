"""The real program with a pseudo-terminal as one of its streams."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def on_terminal(columns: int, *arguments: str, stream: str = "stdout") -> list[str]:
    """Return the lines that the program prints to ``stream``, a terminal of this width."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")
    import termios

    main, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    command = [sys.executable, "-m", "aegui", "--language", "en", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: terminal}
    with subprocess.Popen(command, stdout=streams["stdout"], stderr=streams["stderr"]) as process:
        os.close(terminal)
        found = b""
        while True:
            try:
                some = os.read(main, 4096)
            except OSError:  # the end, on Linux
                break
            if not some:
                break
            found += some
    os.close(main)
    assert process.returncode == 0
    return found.decode().splitlines()
