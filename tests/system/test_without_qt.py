"""The core works without Qt, and delays heavy imports."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked}:
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
"""

_TRAIN = """
from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.training.loop.train import train
recipe = Recipe(training=TrainingSpec(epochs=60, device="cpu"))
resolved = resolve(recipe, load_builtin("lowercase"))
*_, training = train(resolved.resolved)
result = training.result()
loss = result.history.loss
assert loss[-1, 0] < loss[0, 0], loss
assert len(result.runs[0].wrong_pixels) == 32
print("learnt")
"""

_LIGHT = (
    "aegui.cli",
    "aegui.core.recipe",
    "aegui.core.recipe.file",
    "aegui.core.run_file.saved",
    "aegui.core.course_configs",
    "aegui.core.data.dataset",
    "aegui.core.data.load",
    "aegui.core.network.catalog",
    "aegui.core.network.resolve",
    "aegui.core.latent.codec",
    "aegui.core.training.record.snapshot",
    "aegui.core.training.record.history",
    "aegui.core.training.loop.control",
    "aegui.core.training.record.result",
    "aegui.core.evaluation.wrong_pixels",
)


def _python(code: str, blocked: set[str], repository: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _BLOCK.format(blocked=blocked) + code],
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_network_is_trained(repository: Path) -> None:
    done = _python(_TRAIN, {"PySide6", "shiboken6", "pyqtgraph"}, repository)
    assert (done.returncode, done.stdout.strip()) == (0, "learnt"), done.stderr


def test_the_block_blocks(repository: Path) -> None:
    done = _python("import PySide6.QtCore", {"PySide6"}, repository)
    assert "PySide6 is blocked" in done.stderr


@pytest.mark.parametrize("package", ["torch", "scipy"])
def test_what_the_window_needs_first_needs_no(package: str, repository: Path) -> None:
    code = "".join(f"import {module}\n" for module in _LIGHT)
    done = _python(code, {package, "PySide6"}, repository)
    assert done.returncode == 0, done.stderr
