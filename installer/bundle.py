"""Freeze the program into ``dist/aegui/`` and prove that it works: ``python -m installer.bundle``.

PyInstaller works for some minutes; then libraries lose their symbols and ICU most of its data, and
the frozen program tests itself: every command, panel and exporter. What is left out, and why, is
listed in ``left_out.py``. With ``--if-changed`` nothing is frozen where the bundle there was
made from what is there now. ``--was-tried`` freezes nothing: it tells whether one of the same
recipe, versions and imports has passed before, which ``bundle.tried`` knows, kept with the sources.
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
"""The recipe of the last bundle that passed its self-test."""
RECIPE = (
    *("installer/aegui.spec", "installer/left_out.py", "installer/stand_ins.py"),
    *("installer/icu.py", "installer/constraints.txt", "main.py"),
    *("installer/bundle.py", "installer/machine.py"),
    "aegui/core/training/engines/native/machine.c",
)
INPUTS = ("aegui", "resources", "models", "main.py", "pyproject.toml", "installer")
_NO_DATE = 1_700_000_000
"""What is dated where neither git nor the environment says when."""
_PT_LOAD = 1
RECORD = DIST / "aegui.inputs"
"""Beside the folder: the sum of everything that it was made from."""
SELF_TEST_SECONDS = 600.0


def main(arguments: list[str]) -> int:
    """Freeze, make smaller and test; 0 when the frozen program works."""
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
    """Make the folder anew; PyInstaller's exit status."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(DIST), "--workpath", str(WORK)]
    spec = str(ROOT / "installer" / "aegui.spec")
    print("Freezing; this takes some minutes.", flush=True)
    RECORD.unlink(missing_ok=True)
    # Python's sets are ordered by a random number otherwise, and so would be the modules.
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
    """Bytes of all files of the folder."""
    return sum(path.lstat().st_size for path in APP.rglob("*") if not path.is_dir())


def source_date() -> int:
    """The second that files are dated with, so that two builds of one source are the same."""
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
    """A sum of what the bundle is made from: sources, shipped files, recipe, versions, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for place in INPUTS:
        top = ROOT / place
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix not in (".pyc", ".md", ".tried"):
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def recipe_sum() -> str:
    """A sum of what decides whether a bundle works: recipe, versions, all that is imported."""
    digest = hashlib.sha256()
    for name in RECIPE:
        digest.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    # Of the project only what it is made from: arrows of the linter change nothing.
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
    """The sum of what the folder that is there was made from; empty where nobody knows."""
    try:
        return RECORD.read_text(encoding="utf-8")
    except OSError:
        return ""


def strip() -> int:
    """Take the symbols out of libraries and modules, where there is a tool for it; bytes saved."""
    tool = shutil.which("strip")
    if tool is None:
        return 0
    saved = 0
    for path in sorted(APP.rglob("*.so*")):
        # Qt's and shiboken's come without.
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
    """Whether the parts of a library lie where the loader can map them.

    Of those that were patched on their way here, strip moves some to where it cannot.
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
    """Make links of libraries that lie in the folder twice, byte by byte; bytes saved."""
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
    """Make one of Fortran's libraries that numpy and scipy bring each, of one version; bytes saved.

    What only the other one asked for goes as well.
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
    """The libraries that one asks for."""
    if library.is_symlink():
        return []
    said = subprocess.run(["objdump", "-p", str(library)], capture_output=True, text=True).stdout
    return [line.split()[1] for line in said.splitlines() if line.startswith("  NEEDED")]


def _defined(tool: str, library: Path) -> set[str]:
    """The names, with their versions, that a library has for others."""
    command = [tool, "--dynamic", "--defined-only", str(library)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in said.splitlines()}


def self_test() -> subprocess.CompletedProcess[bytes]:
    """Let the frozen program try everything once, with no screen.

    Raises:
        subprocess.TimeoutExpired: It hangs.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Nothing of this environment may help it.
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"):
        environment.pop(name, None)
    return subprocess.run([str(PROGRAM), "self-test"], env=environment, timeout=SELF_TEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
