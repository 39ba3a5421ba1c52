"""What stays out of the frozen app is listed with reasons, and what it needs is not among it."""

from __future__ import annotations

import re

from aegui.commands.self_test_lines import LINES
from aegui.commands.table import COMMANDS
from installer.left_out import DESKTOP, FILES, MODULES, needed

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


def test_the_self_test_calls_every_command() -> None:
    assert {name for name, _ in LINES} == set(COMMANDS) - set(UNTRIED)
