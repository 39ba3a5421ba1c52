"""Build the native engine for small networks: ``python -m installer.machine``.

One C file, one library for each kind of processor; the program selects one at run time. gcc, clang
or the ``ziglang`` package of PyPI compiles it. It is optional: without it small networks train on
torch, several times slower. Needs nothing but Python.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installer import bootstrap

SOURCE = bootstrap.MACHINE
HOME = SOURCE.parent.relative_to(bootstrap.ROOT)
"""Folder of the source, and of the libraries below it."""
BUILT = "built"
_COMPILERS = ("cc", "gcc", "clang")
_FLAGS = (
    *("-std=c11", "-O3", "-shared", "-Wall", "-Wextra", "-ffp-contract=fast"),
    *("-fno-math-errno", "-fno-trapping-math"),
)
_AVX2 = ("-mavx2", "-mfma")
_WIDE = ("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mprefer-vector-width=512")
VARIANTS = {
    "sse4": ("-msse4.2", "-DMACHINE_WIDTH=4"),
    "avx2": (*_AVX2, "-DMACHINE_WIDTH=8"),
    "avx512": (*_AVX2, *_WIDE, "-DMACHINE_WIDTH=16"),
}
"""Compiler flags of each variant for x86-64; ``library.py`` selects one by processor."""
_ARM = {"arm64": ("-DMACHINE_WIDTH=4",)}
_SECONDS = 120


class BuildError(Exception):
    """The machine could not be built; the message says why."""


def main(arguments: list[str]) -> int:
    """Build all variants beside the source, or into the folder given; return the exit status."""
    folder = Path(arguments[0]) if arguments else bootstrap.ROOT / HOME / BUILT
    command = compiler()
    if command is None:
        print("No C compiler: small networks will train on torch.", file=sys.stderr)
        return bootstrap.NO_COMPILER
    try:
        built = build(folder, command)
    except BuildError as error:
        print(f"Small networks will train on torch: {error}", file=sys.stderr)
        return 1
    print(f"Machine for small networks: {', '.join(built)}.", file=sys.stderr)
    return 0


def compiler() -> list[str] | None:
    """Return the beginning of a command line that compiles C; None if there is no compiler."""
    chosen = os.environ.get("CC", "").split()
    for name in (*chosen[:1], *_COMPILERS):
        if shutil.which(name):
            return [name, *(chosen[1:] if name in chosen[:1] else ())]
    if importlib.util.find_spec("ziglang") is not None:
        # By default it compiles for the processor of this machine only.
        return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
    return None


def build(folder: Path, command: list[str], *more: str) -> list[str]:
    """Compile every variant for this processor architecture into ``folder``; return their names.

    Args:
        folder: Target of the libraries; existing ones are replaced atomically.
        command: The compiler.
        more: Further flags.

    Raises:
        BuildError: The compilation failed.
    """
    arm = platform.machine().lower() in {"arm64", "aarch64"}
    variants = _ARM if arm else VARIANTS
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as room, ThreadPoolExecutor() as pool:
        made = {variant: Path(room) / variant for variant in variants}
        lines = [
            [*command, *_FLAGS, *_system_flags(), *flags, *more] for flags in variants.values()
        ]
        # In parallel, because each compilation takes seconds. All are waited for.
        list(pool.map(_compile, made.values(), lines))
        for variant, file in made.items():
            file.replace(folder / library_name(variant))
    return list(variants)


def library_name(variant: str) -> str:
    """Return the file name of a variant for this system, as ``library.py`` expects it."""
    suffix = {"win32": "dll", "darwin": "dylib"}.get(sys.platform, "so")
    return f"machine-{sys.platform}-{variant}.{suffix}"


def _system_flags() -> tuple[str, ...]:
    return () if sys.platform == "win32" else ("-fPIC", "-fvisibility=hidden")


def _compile(target: Path, command: list[str]) -> None:
    line = [*command, str(SOURCE), "-o", str(target)]
    if sys.platform != "win32":
        line.append("-lm")
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(str(error)) from error
    if done.returncode != 0 or not target.exists():
        raise BuildError(done.stderr.strip()[-500:] or "the compiler gave nothing")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
