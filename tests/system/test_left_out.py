"""Modules excluded from the frozen app are listed with reasons, and not needed by it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from aegui.commands.self_test_lines import LINES
from aegui.commands.table import COMMANDS
from installer.left_out import DESKTOP, FILES, MODULES, needed

if TYPE_CHECKING:
    from pathlib import Path

UNTRIED = {
    "download": "asks the network",
    "runs restore": "asks for an id that only the trash knows",
    "self-test": "is what tries the others",
}


def test_each_file_that_is_left_out_has_its_reason() -> None:
    assert not needed("PySide6/Qt/plugins/platforms/libqeglfs.so")
    assert not needed("torch/_inductor/config_comms.py")
    assert not needed("torch\\test\\any.exe")
    for kept in (
        *("torch/nn/functional.py", "torch/lib/libtorch_cpu.so", "torch/bin/torch_shm_manager"),
        *(
            "PySide6/Qt/plugins/platforms/libqxcb.so",
            "resources/icons/app.svg",
            "libxcb-cursor.so.0",
        ),
    ):
        assert needed(kept)
    assert all(reason and re.compile(pattern) for reason, pattern in FILES)
    assert all(reason for reason in MODULES.values())
    assert all(package and ";" not in package for package in DESKTOP.values())


def test_the_program_imports_nothing_that_is_left_out(repository: Path) -> None:
    """Except for optional packages, whose absence is reported to the user."""
    extras = ("av", "distributed", "optuna", "umap")
    imported = set()
    for path in (repository / "aegui").rglob("*.py"):
        code = path.read_bytes()
        words = set(re.findall(rb"\w+", code))
        # To parse a file takes far longer than to find out whether it names a module at all.
        if not any(set(module.encode().split(b".")) <= words for module in MODULES):
            continue
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                imported |= {(alias.name, path.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported |= {(f"{node.module}.{alias.name}", path.name) for alias in node.names}
    left = {one for one in imported if any(f"{one[0]}.".startswith(f"{out}.") for out in MODULES)}
    assert {one for one in left if one[0].partition(".")[0] not in extras} == set()


def test_the_self_test_calls_every_command() -> None:
    assert {name for name, _ in LINES} == set(COMMANDS) - set(UNTRIED)
