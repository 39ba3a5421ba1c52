"""Temporary files named after their owner, so that those of killed programs can be removed.

The name holds machine, process and start time of that process: files of living processes are
never touched, nor those of other machines that share the folder.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import socket
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARK = re.compile(r"^\..*\.aegui-([0-9a-f]{8})-([0-9]+)-([0-9a-f]{8})-")
_UNKNOWN = "00000000"
_STILL_ACTIVE = 259
_QUERY = 0x1000
_log = logging.getLogger(__name__)


def temporary_prefix(name: str) -> str:
    """Return the prefix of the name of a temporary file that is to become ``name``."""
    return f".{name[:100]}.aegui-{owner_mark()}-"


def owner_mark() -> str:
    """Return a unique mark of this process: machine, process id and start time."""
    return f"{_machine()}-{os.getpid()}-{_start_of(os.getpid())}"


def is_ended(mark: str) -> bool:
    """Return whether the process of a mark has ended; always False for other machines."""
    machine, _, rest = mark.partition("-")
    process, _, start = rest.partition("-")
    return process.isdecimal() and _is_dead(machine, process, start)


def sweep(folder: Path) -> int:
    """Remove the temporary files of killed programs in ``folder``; return the bytes freed."""
    freed = 0
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except OSError as error:
        _log.info("%s could not be swept: %s", folder, error)
        return 0
    for name in names:
        found = _MARK.match(name)
        if found is None or not _is_dead(*found.groups()):
            continue
        path = folder / name
        with contextlib.suppress(OSError):
            size = _size_of(path)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            _log.info("removed %s, left by a program that is no longer running", path)
            freed += size
    return freed


def sweep_all(folders: Iterable[Path]) -> int:
    """Call ``sweep`` on each of ``folders`` that exists; return the bytes freed."""
    return sum(sweep(folder) for folder in dict.fromkeys(folders) if folder.is_dir())


def _size_of(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files)


def _is_dead(machine: str, process: str, start: str) -> bool:
    """Return whether the owner was a process of this machine that has ended."""
    number = int(process)
    return machine == _machine() and (not _is_alive(number) or start != _start_of(number))


@cache
def _machine() -> str:
    """Return a hash of this machine, and on Linux of the PID namespace."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text(encoding="ascii"))
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return f"{zlib.crc32('/'.join(parts).encode()):08x}"


def _start_of(process: int) -> str:
    """Return a hash of the start time of ``process``, which detects a reused process id."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        # The name of the program, in brackets, may hold anything.
        after = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return _UNKNOWN
    return f"{zlib.crc32(boot.encode() + after[19]):08x}"


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return _is_alive_on_windows(process)
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # A process of another user
    return True


def _is_alive_on_windows(process: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(_QUERY, False, process)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == _STILL_ACTIVE
