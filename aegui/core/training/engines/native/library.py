"""Loading of the native engine: the build variant that suits this processor.

Libraries lie in ``built`` beside this file, where set-up and the build of a wheel put them. They
are optional: without one, or for operations it lacks, torch's interpreter is used. Needs no torch.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from functools import cache
from pathlib import Path

from aegui.core.i18n import tr

VERSION = 1
"""Version that the library must report; it is defined in the C source."""
SWITCH = "AEGUI_MACHINE"
"""Environment variable: the value ``torch`` disables the machine, for comparison."""
BUILT = Path(__file__).with_name("built")
_LEVELS = ("sse4", "avx2", "avx512")
"""Variants for x86-64, in the order of the level that the first reports for the processor."""
_SUFFIXES = {"win32": "dll", "darwin": "dylib"}


class NativeLibrary:
    """A loaded machine.

    Attributes:
        variant: Name of the processor variant that it was built for.
        level: Capability of this processor, see ``machine_level`` in the source.
        run: Runs epochs; the GIL is not held during the ctypes call.
    """

    def __init__(self, folder: Path, variant: str) -> None:
        """Load it; raise ``OSError`` if it is missing, or of another version."""
        path = folder / library_name(variant)
        loaded = ctypes.CDLL(str(path))
        try:
            version, level, run = (
                getattr(loaded, f"machine_{name}") for name in ("version", "level", "run")
            )
        except AttributeError as error:
            raise OSError(f"{path} is no machine") from error
        version.restype = level.restype = ctypes.c_int32
        if version() != VERSION:
            raise OSError(f"{path} is of another version")
        run.restype = None
        run.argtypes = [*[ctypes.c_void_p] * 4, *[ctypes.c_int64] * 3]
        self.variant = variant
        self.level = int(level())
        self.run = run


def library_name(variant: str) -> str:
    """Return the file name of a variant for this system."""
    return f"machine-{sys.platform}-{variant}.{_SUFFIXES.get(sys.platform, 'so')}"


def variants() -> tuple[str, ...]:
    """Return the possible variants for this processor architecture, oldest first."""
    return ("arm64",) if platform.machine().lower() in {"arm64", "aarch64"} else _LEVELS


def library() -> NativeLibrary | None:
    """Return the library to train with; None if there is none, or it is disabled."""
    return None if is_left_out() else loaded(BUILT)


def is_left_out() -> bool:
    """Return whether the environment variable selects torch's interpreter."""
    return os.environ.get(SWITCH, "").lower() == "torch"


@cache
def loaded(folder: Path) -> NativeLibrary | None:
    """Return the best library in ``folder`` that this processor can run, or None."""
    least, *others = variants()
    try:
        found = NativeLibrary(folder, least)
    except OSError:
        return None
    if found.level < 0:
        return None
    for variant in reversed(others[: found.level]):
        try:
            return NativeLibrary(folder, variant)
        except OSError:
            continue
    return found


def status() -> str:
    """Return a sentence that tells how small networks are trained."""
    found = library()
    if found is not None:
        return tr("Small networks train on the native engine ({variant}).", variant=found.variant)
    if is_left_out():
        return tr("Small networks train on torch, as {name} requests.", name=f"{SWITCH}=torch")
    return tr("Small networks train on torch: the native engine was not built here.")
