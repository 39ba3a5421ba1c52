"""Programs of tests as forks of one process that has imported Qt, the window and torch.

Importing these takes half of the processor time of a process that trains for a moment in the real
window. Where the start of the process is what is tested, as opposed to what the program does then,
a new interpreter is started instead. Systems without fork always start one.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import types
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol, Self

    class Start(Protocol):
        """Starts a program, given as text, with its arguments and environment."""

        def __call__(
            self, program: str, *arguments: str, environment: Mapping[str, str]
        ) -> Forked | subprocess.Popen[str]: ...


_IMPORTED = ("torch", "aegui.app", "aegui.cli", "aegui.core.training.loop.train")


class Forked:
    """A running program, with the part of the interface of ``subprocess.Popen`` that tests use."""

    def __init__(
        self,
        orders: Connection,
        program: str,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
    ) -> None:
        self._orders = orders
        self.returncode: int | None = None
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading, encoding="utf-8")
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        orders.send((program, arguments, dict(environment), os.getcwd()))
        with socket.socket(fileno=os.dup(orders.fileno())) as way:
            socket.send_fds(way, [b"."], [writing, self._errors.fileno()])
        os.close(writing)
        self.pid: int = orders.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        self._close()

    def send_signal(self, number: int) -> None:
        """Send the signal ``number`` unless the program has been waited for."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the program."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> int:
        """Return the exit code, negative after a signal, once the program has ended."""
        if self.returncode is None:
            self._orders.send(self.pid)
            self.returncode = self._orders.recv()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return the rest of its output, and its errors, once the program has ended.

        Nothing the second time. The limit of the test takes the place of ``timeout``.
        """
        if self.stdout.closed:
            return "", ""
        output = self.stdout.read()
        self.wait()
        self._errors.seek(0)
        errors = self._errors.read()
        self._close()
        return output, errors

    def _close(self) -> None:
        self.stdout.close()
        self._errors.close()


@pytest.fixture(scope="session")
def _fork_orders() -> Iterator[Connection]:
    """Start the process that is forked, and return the connection with it."""
    ours, theirs = socket.socketpair()
    # A process with threads must not fork, and numpy's BLAS starts threads on import.
    alone = {"OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(theirs.fileno())],
        env=os.environ | alone,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
    ):
        theirs.close()
        # Closing the connection ends the process.
        with Connection(ours.detach()) as orders:
            yield orders


@pytest.fixture
def start_program(request: pytest.FixtureRequest) -> Start:
    """Return a function that starts a program in a process of its own."""

    def start(
        program: str, *arguments: str, environment: Mapping[str, str]
    ) -> Forked | subprocess.Popen[str]:
        if hasattr(os, "fork"):
            orders = request.getfixturevalue("_fork_orders")
            return Forked(orders, program, arguments, environment)
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def _serve(orders: Connection) -> None:
    """Fork for each program, and send its process id; for a process id send the exit code."""
    from aegui.qt_import import import_qt

    import_qt()
    for name in _IMPORTED:
        importlib.import_module(name)
    from aegui.features.table import FEATURES, MAP, TIME
    from aegui.shell.feature import class_at

    for path in (MAP, TIME, *(spec.class_path for spec in FEATURES if spec.at_start)):
        class_at(path)
    while True:
        try:
            order = orders.recv()
        except EOFError:
            return
        if isinstance(order, int):
            _, status = os.waitpid(order, 0)
            orders.send(os.waitstatus_to_exitcode(status))
            continue
        with socket.socket(fileno=os.dup(orders.fileno())) as way:
            _, streams, _, _ = socket.recv_fds(way, 1, 2)
        pid = os.fork()
        if pid == 0:
            orders.close()
            _run(streams, *order)
        for stream in streams:
            os.close(stream)
        orders.send(pid)


def _run(
    streams: list[int],
    program: str,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    folder: str,
) -> NoReturn:
    """Run ``program`` as ``python -c`` would, and end the process."""
    for stream, place in zip(streams, (1, 2), strict=True):
        os.dup2(stream, place)
        os.close(stream)
    # Those of the interpreter know whether the files of its start can be sought in.
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)  # type: ignore[misc]
    errors = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    sys.stderr = sys.__stderr__ = errors  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # Whatever the process of the tests ignores, as behind nohup.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.argv = ["-c", *arguments]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    exec(program, main.__dict__)
    sys.exit(0)


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
