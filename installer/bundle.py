"""Freeze the program into ``dist/aegui/`` and test it: ``python -m installer.bundle``.

PyInstaller takes some minutes; then symbols are stripped from libraries and most of ICU's data is
removed, and the frozen program runs its self-test: every command, panel and exporter. What is left
out, and why, is listed in ``left_out.py``. With ``--if-changed`` nothing is frozen if the existing
bundle was made from the same inputs. ``--was-tried`` freezes nothing: it reports whether a bundle
of the same recipe, versions and imports has passed before, which is recorded in ``bundle.tried``
among the sources.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

from installer import desktop, icu

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
APP = DIST / "aegui"
WORK = ROOT / "build" / "pyinstaller"
PROGRAM = APP / ("aegui.exe" if os.name == "nt" else "aegui")

TRIED = ROOT / "installer" / "bundle.tried"
"""File with the hash of the last bundle that passed its self-test."""
RECIPE = (
    *("installer/aegui.spec", "installer/left_out.py", "installer/stand_ins.py"),
    *("installer/icu.py", "installer/constraints.txt", "main.py"),
    *("installer/bundle.py", "installer/machine.py"),
    "aegui/core/training/engines/native/machine.c",
)
INPUTS = ("aegui", "resources", "models", "main.py", "pyproject.toml", "installer")
_NO_DATE = 1_700_000_000
"""Time stamp if neither git nor the environment provides one."""
_PT_LOAD = 1
RECORD = DIST / "aegui.inputs"
"""File beside the folder, with the hash of all inputs of the bundle."""
SELF_TEST_SECONDS = 600.0


def main(arguments: list[str]) -> int:
    """Freeze, shrink and test; return 0 if the frozen program works."""
    recipe = recipe_sum()
    if "--was-tried" in arguments:
        if TRIED.read_text(encoding="utf-8").strip() != recipe:
            return 1
        print("A bundle of this recipe, these versions and these imports has been tried.")
        return 0
    inputs = inputs_sum()
    if "--if-changed" in arguments and PROGRAM.exists() and made_from() == inputs:
        print(f"{APP} was made from what is here.", flush=True)
    else:
        status = freeze()
        if status != 0:
            return status
        RECORD.write_text(inputs, encoding="utf-8")
    try:
        status = self_test().returncode
    except subprocess.TimeoutExpired:
        print(f"The frozen program hangs: no end after {SELF_TEST_SECONDS:.0f} s.")
        return 1
    if status == 0:
        TRIED.write_text(f"{recipe}\n", encoding="utf-8")
        print(f"{PROGRAM}: {installed_bytes() / 1e6:.0f} MB in its folder.")
    return status


def freeze() -> int:
    """Build the folder; return PyInstaller's exit status."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(DIST), "--workpath", str(WORK)]
    spec = str(ROOT / "installer" / "aegui.spec")
    print("Freezing; this takes some minutes.", flush=True)
    RECORD.unlink(missing_ok=True)
    # Otherwise Python's sets, and with them the modules, would have a random order.
    environment = {**os.environ, "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": str(source_date())}
    status = subprocess.run([*command, *folders, spec], env=environment).returncode
    if status != 0:
        return status
    home = APP / "_internal" / "licences"
    home.mkdir(exist_ok=True)
    for name, content in sorted(desktop.licences().items()):
        (home / name).write_bytes(content)
    if sys.platform == "linux":
        saved = strip() + share_copies() + share_fortran()
        for library in APP.rglob("libicudata.so.*"):
            if not library.is_symlink():
                saved += icu.slim(library, WORK / "icu")
        print(f"Symbols, copies and words of other languages: {saved / 1e6:.0f} MB less.")
    return status


def installed_bytes() -> int:
    """Return the size of all files of the folder in bytes."""
    return sum(path.lstat().st_size for path in APP.rglob("*") if not path.is_dir())


def source_date() -> int:
    """Return the time stamp for files, in seconds, so that builds of one source are identical."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        told = ""
    return int(told) if told else _NO_DATE


def inputs_sum() -> str:
    """Return a hash of the bundle's inputs: sources, shipped files, recipe, versions, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for place in INPUTS:
        top = ROOT / place
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix not in (".pyc", ".md", ".tried"):
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def recipe_sum() -> str:
    """Return a hash of what decides whether a bundle works: recipe, versions, imported modules."""
    digest = hashlib.sha256()
    for name in RECIPE:
        digest.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    # Only the table of the project matters, not the settings of the linters.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    digest.update(json.dumps(project, sort_keys=True).encode())
    imported: set[str] = set()
    for path in (ROOT / "aegui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    others = sorted(name for name in imported if not name.startswith("aegui"))
    digest.update("\n".join(others).encode())
    return digest.hexdigest()


def made_from() -> str:
    """Return the hash of the existing folder's inputs; empty if it is unknown."""
    try:
        return RECORD.read_text(encoding="utf-8")
    except OSError:
        return ""


def strip() -> int:
    """Strip symbols from libraries, if the tool is installed; return the bytes saved."""
    tool = shutil.which("strip")
    if tool is None:
        return 0
    saved = 0
    for path in sorted(APP.rglob("*.so*")):
        # Those of Qt and shiboken come stripped.
        if path.is_symlink() or not path.is_file() or "PySide6" in path.parts:
            continue
        stripped = WORK / "stripped.so"
        command = [tool, "--strip-unneeded", "-o", str(stripped), str(path)]
        done = subprocess.run(command, capture_output=True)
        if done.returncode == 0 and can_be_loaded(stripped):
            saved += path.stat().st_size - stripped.stat().st_size
            shutil.copyfile(stripped, path)
        stripped.unlink(missing_ok=True)
    return saved


def can_be_loaded(path: Path) -> bool:
    """Return whether the segments of a library are aligned so that the loader can map them.

    strip misaligns some libraries that were patched before.
    """
    content = path.read_bytes()
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    for place in range(table, table + size * count, size):
        (kind,) = struct.unpack_from("<I", content, place)
        offset, address = struct.unpack_from("<QQ", content, place + 8)
        (align,) = struct.unpack_from("<Q", content, place + 48)
        if kind == _PT_LOAD and (offset - address) % max(align, 1):
            return False
    return True


def share_copies() -> int:
    """Replace identical copies of libraries by links; return the bytes saved."""
    saved = 0
    first: dict[bytes, Path] = {}
    for path in sorted((APP / "_internal").rglob("*.so*")):
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        known = first.setdefault(hashlib.sha256(content).digest(), path)
        if known is not path:
            path.unlink()
            path.symlink_to(os.path.relpath(known, path.parent))
            saved += len(content)
    return saved


def share_fortran() -> int:
    """Share the Fortran library of one version that numpy and scipy both bring.

    Libraries that only the removed one needed are removed too. Returns the bytes saved.
    """
    tool = shutil.which("nm")
    if tool is None or shutil.which("objdump") is None:
        return 0
    saved = 0
    internal = APP / "_internal"
    found = [path for path in sorted(internal.rglob("libgfortran-*.so*")) if not path.is_symlink()]
    for other in found[1:]:
        if _defined(tool, other) <= _defined(tool, found[0]):
            saved += other.stat().st_size
            other.unlink()
            other.symlink_to(os.path.relpath(found[0], other.parent))
    asked = {name for path in internal.rglob("*.so*") for name in _needed(path)}
    for path in sorted(internal.rglob("libquadmath-*.so*")):
        if path.name not in asked:
            saved += 0 if path.is_symlink() else path.lstat().st_size
            path.unlink()
    return saved


def _needed(library: Path) -> list[str]:
    """Return the libraries that a library needs."""
    if library.is_symlink():
        return []
    said = subprocess.run(["objdump", "-p", str(library)], capture_output=True, text=True).stdout
    return [line.split()[1] for line in said.splitlines() if line.startswith("  NEEDED")]


def _defined(tool: str, library: Path) -> set[str]:
    """Return the exported names, with their versions, of a library."""
    command = [tool, "--dynamic", "--defined-only", str(library)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in said.splitlines()}


def self_test() -> subprocess.CompletedProcess[bytes]:
    """Run the self-test of the frozen program, without a display.

    Raises:
        subprocess.TimeoutExpired: It hangs.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Nothing of this environment may make it work.
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"):
        environment.pop(name, None)
    return subprocess.run([str(PROGRAM), "self-test"], env=environment, timeout=SELF_TEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
