"""Decisions of the set-up; the set-up itself is tested whenever it runs the tests."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from installer import bootstrap, bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = bootstrap.Steps()


class Machine:
    """Stands in for the machine: records what would be installed, with preset answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed: list[list[str]] = []
        self.nvidia = False
        self.offered = False
        self.index = False
        monkeypatch.setattr(bootstrap, "_install", lambda _, what: self.installed.append(what))
        monkeypatch.setattr(bootstrap, "_torch_is_there", lambda: False)
        monkeypatch.setattr(bootstrap, "has_nvidia", lambda: self.nvidia)
        monkeypatch.setattr(bootstrap, "_is_offered", lambda *_: self.offered)
        monkeypatch.setattr(bootstrap, "answers", lambda _: self.index)
        monkeypatch.setattr(sys, "platform", "linux")

    def torch(self) -> list[str]:
        """Return what is installed as torch."""
        bootstrap._install_torch(STEPS, ["pip"])
        (what,) = self.installed
        return what


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a Linux machine without GPU and network."""
    return Machine(monkeypatch)


def test_a_gpu_gets_cuda(machine: Machine) -> None:
    machine.nvidia = machine.offered = machine.index = True
    assert machine.torch() == [f"torch=={bootstrap.TORCH}"]


def test_without_a_gpu_the_configured_indexes_come_first(machine: Machine) -> None:
    machine.offered = machine.index = True
    assert machine.torch() == [f"torch=={bootstrap.TORCH}+cpu"]


def test_then_the_index_of_pytorch_where_it_answers(machine: Machine) -> None:
    machine.index = True
    what = machine.torch()
    assert what[-3:] == ["--index-url", bootstrap.TORCH_CPU_INDEX, f"torch=={bootstrap.TORCH}+cpu"]


def test_at_last_the_large_one_with_a_warning(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.torch() == [f"torch=={bootstrap.TORCH}"]
    assert "several GB" in capsys.readouterr().err


def test_elsewhere_there_is_only_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    machine.offered = True
    assert machine.torch() == [f"torch=={bootstrap.TORCH}"]


class _Silent(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        time.sleep(0.0 if self.path == "/quick/" else 1.5)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Suppress the log."""


@pytest.fixture
def server() -> Iterator[str]:
    """Return the address of a server that answers at /quick/ only."""
    server = HTTPServer(("127.0.0.1", 0), _Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_index_that_answers(server: str) -> None:
    assert bootstrap.answers(f"{server}/quick/")


def test_an_index_that_does_not_answer_is_given_up(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "INDEX_PATIENCE_SECONDS", 0.4)
    started = time.perf_counter()
    assert not bootstrap.answers(f"{server}/slow/")
    assert time.perf_counter() - started < 1.4


def test_missing_libraries_are_named_with_the_line_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "_lacks", lambda library: library.startswith("libEGL"))
    monkeypatch.setattr(bootstrap, "_has_font", lambda: False)
    monkeypatch.setattr(bootstrap, "_can_apt", lambda: False)
    with pytest.raises(bootstrap.SetUpError, match="apt-get install libegl1 fonts-dejavu-core"):
        bootstrap._see_to_system(STEPS, required=True)
    assert not bootstrap._see_to_system(STEPS, required=False)


def test_root_on_debian_has_them_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    here: set[str] = set()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "_has_font", lambda: True)
    monkeypatch.setattr(bootstrap, "_can_apt", lambda: True)
    monkeypatch.setattr(
        bootstrap, "_lacks", lambda library: bootstrap.LIBRARIES[library] not in here
    )
    monkeypatch.setattr(bootstrap, "_apt_install", here.update)
    assert bootstrap._see_to_system(STEPS, required=True)
    assert here == set(bootstrap.LIBRARIES.values())


def test_freezing_needs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "_has_font", lambda: True)
    monkeypatch.setattr(bootstrap, "_lacks", lambda library: library.startswith("libpython"))
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("sysconfig.get_config_var", lambda _: "libpython3.12.so.1.0")
    assert bootstrap.missing_packages(freezing=False) == []
    own = "libpython{}.{}".format(*sys.version_info[:2])
    assert bootstrap.missing_packages(freezing=True) == ["binutils", own]


def test_the_loader_is_asked() -> None:
    assert bootstrap._lacks("libno-such-thing.so.7")


def test_only_the_standard_library_is_imported(repository: Path) -> None:
    tree = ast.parse((repository / "installer/bootstrap.py").read_text("utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= set(sys.stdlib_module_names)


def test_a_changed_project_is_set_up_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = bootstrap._key()
    changed = tmp_path / "pyproject.toml"
    changed.write_bytes(bootstrap.PROJECT.read_bytes() + b"# changed\n")
    monkeypatch.setattr(bootstrap, "PROJECT", changed)
    assert bootstrap._key() != before


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Redirect the set-up from the real environment to this folder."""
    venv = tmp_path / "venv"
    for name in ("VENV", "STAMP", "UNDERWAY", "VENV_PYTHON"):
        relative = getattr(bootstrap, name).relative_to(bootstrap.ROOT / ".venv")
        monkeypatch.setattr(bootstrap, name, venv / relative)
    return venv


def test_an_interrupted_set_up_starts_afresh(environment: Path) -> None:
    bootstrap._make_environment(STEPS)
    (environment / "rest-of-something").touch()
    bootstrap._make_environment(STEPS)
    assert (environment / "rest-of-something").exists()
    bootstrap.UNDERWAY.touch()
    bootstrap._make_environment(STEPS)
    assert not (environment / "rest-of-something").exists()
    assert bootstrap._environment_is_sound()


def test_a_stamp_counts_only_when_set_up_ended(environment: Path) -> None:
    assert bootstrap._read_stamp() == {}
    bootstrap._make_environment(STEPS)
    bootstrap._write_stamp({"key": "k", "extras": ["test"], "system": True})
    assert bootstrap._read_stamp()["extras"] == ["test"]
    assert bootstrap._with_earlier(("lint",)) == ("lint", "test")
    bootstrap.UNDERWAY.touch()
    assert bootstrap._read_stamp() == {}


def test_a_second_start_installs_nothing(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "_install", lambda _, what: installed.append(what))
    monkeypatch.setattr(bootstrap, "_install_torch", lambda *_: None)
    monkeypatch.setattr(bootstrap, "_build_machine", lambda *_: None)
    monkeypatch.setattr(bootstrap, "_pip", lambda: ["pip"])
    monkeypatch.setattr(bootstrap, "missing_packages", lambda freezing: [])
    bootstrap.set_up(("test",), needs_qt=True)
    bootstrap.set_up(("test",), needs_qt=True)
    bootstrap.set_up((), needs_qt=True)
    assert len(installed) == 1
    bootstrap.set_up(("lint",), needs_qt=False)
    assert len(installed) == 2
    bootstrap.set_up(("test", "lint"), needs_qt=True)
    assert len(installed) == 2


def test_the_machine_is_compiled_by_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def compiled(*given: object) -> int:
        asked.append(given)
        return 0

    monkeypatch.setattr(bootstrap, "_compile_machine", compiled)
    monkeypatch.setattr(bootstrap, "_install", lambda *_: pytest.fail("nothing has to be fetched"))
    bootstrap._build_machine(STEPS, ["pip"])
    assert asked == [()]


def test_without_a_compiler_one_is_fetched_used_and_thrown_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetched: list[str] = []
    asked: list[Path | None] = []

    def install(_: list[str], what: list[str]) -> None:
        fetched.append(what[-1])
        Path(what[1]).mkdir(parents=True)

    def compiled(packages: Path | None = None) -> int:
        asked.append(packages)
        return bootstrap.NO_COMPILER if packages is None else 0

    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "_compile_machine", compiled)
    monkeypatch.setattr(bootstrap, "_install", install)
    bootstrap._build_machine(STEPS, ["pip"])
    assert fetched == [bootstrap.COMPILER]
    assert asked[0] is None
    assert asked[1] is not None
    assert not asked[1].exists()


def test_set_up_goes_on_without_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(*_: object) -> None:
        raise bootstrap.SetUpError("the network is down")

    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "_compile_machine", lambda *_: bootstrap.NO_COMPILER)
    monkeypatch.setattr(bootstrap, "_install", refused)
    bootstrap._build_machine(STEPS, ["pip"])
    monkeypatch.undo()
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", tmp_path / "no-python")
    assert bootstrap._compile_machine() != 0


def test_every_requirement_has_its_tested_version(repository: Path) -> None:
    text = (repository / "installer/constraints.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE))
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    names = {
        re.split(r"[^\w-]", one)[0].lower()
        for one in bootstrap.requirements(tuple(project["optional-dependencies"]))
    }
    assert names - set(pinned) == {"torch"}
    for name, version in pinned.items():
        try:
            assert importlib.metadata.version(name) == version
        except importlib.metadata.PackageNotFoundError:
            continue  # of an extra that is not installed here


def test_help_and_a_wrong_command(repository: Path) -> None:
    script = str(repository / "installer/bootstrap.py")
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert all(command in done.stdout for command in bootstrap.COMMANDS)
    done = subprocess.run([sys.executable, script, "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "fly" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="exec is POSIX's")
def test_arguments_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[tuple[str, ...], bool]] = []
    ran: list[list[str]] = []

    def replace(command: list[str]) -> int:
        ran.append(command)
        return 0

    monkeypatch.setattr(
        bootstrap, "set_up", lambda extras, needs_qt: asked.append((extras, needs_qt))
    )
    monkeypatch.setattr(bootstrap, "_replace_process", replace)
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert bootstrap.main(["run", "--", "train", "x.json"]) == 0
    assert bootstrap.main(["run"]) == 0
    assert bootstrap.main(["test", "-k", "letters"]) == 0
    monkeypatch.setattr("os.cpu_count", lambda: 32)
    assert bootstrap.main(["test"]) == 0
    assert [command[1:] for command in ran] == [
        [str(bootstrap.ROOT / "main.py"), "train", "x.json"],
        [str(bootstrap.ROOT / "main.py")],
        ["-m", "pytest", "-k", "letters"],
        ["-m", "pytest", "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"],
    ]
    assert asked == [((), False), ((), True), (("test",), True), (("test",), True)]


def test_a_refusal_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise bootstrap.SetUpError("no")

    monkeypatch.setattr(bootstrap, "set_up", refuse)
    assert bootstrap.main(["run"]) == 2
    assert capsys.readouterr().err == "aegui: no\n"


def test_a_bundle_that_was_tried_needs_no_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def hand_over(line: list[str], _: str) -> int:
        done.append(line)
        return 0

    monkeypatch.setattr(bootstrap, "set_up", lambda extras, **_: done.append(extras))
    monkeypatch.setattr(bootstrap, "hand_over", hand_over)
    line = ["bundle", "--", bootstrap.IF_UNTRIED]
    tried = bundle.TRIED.read_text(encoding="utf-8").strip() == bundle.recipe_sum()
    freeze = [("bundle",), ["-m", "installer.bundle"]]
    assert bootstrap.main(line) == 0
    assert done == ([] if tried else freeze)
    monkeypatch.setattr(bootstrap, "_bundle_was_tried", lambda: False)
    done.clear()
    assert bootstrap.main(line) == 0
    assert done == freeze
