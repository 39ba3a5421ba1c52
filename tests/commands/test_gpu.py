"""``aegui gpu``, and its advice for each kind of computer."""

from __future__ import annotations

import json

import pytest
import torch

from aegui.cli import main
from aegui.core.gpu import GpuState, gpu_state, gpu_words


def test_it_tells_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpu", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cuda"] == torch.cuda.is_available()
    assert told["torch"] == torch.__version__
    assert not told["frozen"]
    assert main(["--language", "en", "gpu"]) == 0
    assert capsys.readouterr().out.splitlines() == gpu_words(gpu_state(ask=True))


@pytest.mark.parametrize(
    ("state", "said", "not_said"),
    [
        (GpuState(True, "2.13.0", False, True), "trains on the graphics card", "bootstrap"),
        (GpuState(True, "2.13.0+cpu", True, False), "gigabytes", "No driver"),
        (GpuState(False, "2.13.0+cpu", False, False), "No driver", "too old"),
        (GpuState(True, "2.13.0", False, False), "too old", "gigabytes"),
        (GpuState(True, "2.13.0", False, None), "after the first training", "too old"),
        (GpuState(True, "2.13.0", False, None), "There is a driver", "bootstrap"),
        (GpuState(True, "2.13.0+cpu", False, None), "gigabytes", "first training"),
        (GpuState(False, "2.13.0", False, None), "No driver", "first training"),
    ],
)
def test_it_says_what_is_missing(state: GpuState, said: str, not_said: str) -> None:
    text = " ".join(gpu_words(state))
    assert said in text
    assert not_said not in text
