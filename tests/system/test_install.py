"""The wheel: an installation by ``pip install .`` finds its resources without the source tree."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aegui import __version__
from installer import machine

pytestmark = pytest.mark.slow

_SOURCES = ("aegui", "installer", "resources", "models")
_FILES = ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in")

_PROBE = """
import aegui, json, sys
from aegui.core.data.builtin import load_builtin
from aegui.core.recipe.file import list_recipes
from aegui.core.run_file.saved import load_run
from aegui.core.i18n import set_language, tr
from aegui.paths import models_dir
set_language("es")
print(json.dumps({
    "package": aegui.__file__,
    "letters": len(load_builtin("letters")),
    "recipes": [key for key, _ in list_recipes()],
    "models": [len(load_run(path).dataset) for path in sorted(models_dir().glob("*.aegui"))],
    "none": tr("None"),
}))
"""


@pytest.fixture(scope="module")
def installed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which a freshly built wheel has been unpacked."""
    source = tmp_path_factory.mktemp("source")
    for name in _SOURCES:
        ignored = shutil.ignore_patterns("__pycache__", "share", "built")
        shutil.copytree(repository / name, source / name, ignore=ignored)
    for name in _FILES:
        shutil.copy(repository / name, source)
    # As pip does, without pip, which the virtual environment of the set-up lacks.
    build = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"
    subprocess.run(
        [sys.executable, "-c", build],
        cwd=source,
        env=os.environ | _quick_compiler(tmp_path_factory.mktemp("compiler")),
        check=True,
        capture_output=True,
        timeout=100,
    )
    (wheel,) = (source / "dist").glob("*.whl")
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def _quick_compiler(folder: Path) -> dict[str, str]:
    """Return an environment in which the compiler does not optimise, which takes seconds."""
    command = machine.compiler()
    if command is None or os.name != "posix":
        return {}
    script = folder / "cc"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@" -O0\n')
    script.chmod(0o755)
    return {"CC": str(script)}


def _python(code: str, installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_resources_are_found(installed: Path, repository: Path, tmp_path: Path) -> None:
    done = _python(_PROBE, installed, tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["package"]).is_relative_to(installed)
    assert found["letters"] == 96
    assert set(found["recipes"]) == {
        path.stem for path in (repository / "resources/recipes").glob("*.json")
    }
    assert found["models"]
    assert found["none"] == "Ninguno"


def test_all_that_ships_is_in_it_and_nothing_of_the_tests(
    installed: Path, repository: Path
) -> None:
    for folder in ("resources", "models"):
        shipped = {
            path.relative_to(repository)
            for path in (repository / folder).rglob("*")
            if path.is_file()
        }
        share = installed / "aegui/share"
        packed = {path.relative_to(share) for path in (share / folder).rglob("*") if path.is_file()}
        assert packed == shipped
    top = {path.name for path in installed.iterdir()}
    assert top == {"aegui", f"aegui-{__version__}.dist-info"}


def test_the_native_machine_is_in_it_where_something_compiles(
    installed: Path, tmp_path: Path
) -> None:
    if machine.compiler() is None:
        pytest.skip("no C compiler is here")
    place = "aegui.core.training.engines.native.library"
    code = f"from {place} import library, BUILT; print(BUILT, library())"
    code += "; from aegui.core.training.engines.cuda.formulas import formulas; formulas()"
    done = _python(code, installed, tmp_path)
    assert str(installed) in done.stdout
    assert "None" not in done.stdout


def test_the_command_is_there(installed: Path, tmp_path: Path) -> None:
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "aegui = aegui.__main__:run" in entry_points.read_text("utf-8")
    call = "import sys; from aegui.cli import main; sys.exit(main(['--version']))"
    done = _python(call, installed, tmp_path)
    assert (done.returncode, done.stdout.split()[-1]) == (0, __version__)
