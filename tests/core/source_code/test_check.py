"""The check of code: progress, the end, and a machine without torch's compiler."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.errors import Cancelled
from aegui.core.source_code.check import check_code
from aegui.core.source_code.make import make_code
from tests.core.source_code.cases import CLASSIFIERS, DENSE, GANS, OTHERS, noisy, subject

if TYPE_CHECKING:
    from aegui.core.source_code.forms import DialectKey

_PROGRAM = """
import sys
for name in ("sympy", "torch._inductor"):
    sys.modules[name] = None
import torch
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "torch._dynamo":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
import json
from aegui.core.source_code.check import check_code
from tests.core.source_code.cases import subject
for case in json.load(sys.stdin):
    verdict = check_code(subject(**case), "torch")
    assert verdict.state == "same", verdict
    assert "torch._dynamo" not in sys.modules
    assert "torch.fx.experimental.symbolic_shapes" not in sys.modules
print("all the same")
"""


def test_code_is_checked_without_the_compiler() -> None:
    names = ("optimizer adam", "optimizer rmsprop", "tied", "optimizer lbfgs")
    cases = [*(DENSE[name] for name in names), *OTHERS.values()]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=Path(__file__).parents[3],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "all the same", done.stderr


WATCHED: dict[str, tuple[dict[str, Any], DialectKey]] = {
    "torch": (DENSE["optimizer adam"], "torch"),
    "notebook": (DENSE["optimizer adam"], "notebook"),
    "numpy": (DENSE["variational"], "numpy"),
    "GAN": (next(iter(GANS.values())), "torch"),
    "classifier": (CLASSIFIERS["classifier"], "torch"),
}


@pytest.mark.parametrize("case", WATCHED)
def test_the_check_tells_its_share_to_the_end(case: str) -> None:
    changes, dialect = WATCHED[case]
    shares: list[float] = []
    assert check_code(subject(**changes), dialect, shares.append).state == "same"
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert sum(0.5 < share < 1.0 for share in shares) >= 5
    assert shares[-1] == 1.0


@pytest.mark.parametrize("case", [*WATCHED, "scipy"])
def test_a_stop_also_ends_the_code_that_runs(case: str) -> None:
    changes, dialect = (WATCHED | {"scipy": (DENSE["optimizer lbfgs"], "torch")})[case]
    shares = [0.0]
    with pytest.raises(Cancelled):
        check_code(subject(**changes), dialect, shares.append, lambda: shares[-1] >= 0.5)
    assert shares[-1] < 1.0
    # Nothing watches what runs later.
    assert check_code(subject(**changes), dialect).state == "same"


def test_steps_that_were_recorded_are_not_run_again() -> None:
    it = subject(**noisy("gaussian", fresh=True))
    made = make_code(it, "numpy", "letters")
    assert made.steps is not None
    shares: list[float] = []
    verdict = check_code(it, "numpy", shares.append, steps=made.steps)
    assert verdict.state == "same"
    assert verdict.own == tuple(step.loss for step in made.steps)
    # All of the progress is of the code.
    assert shares[0] < 0.5
    assert make_code(subject(), "numpy", "letters").steps is None
