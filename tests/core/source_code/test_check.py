"""Code is checked where torch's compiler is missing, as in the frozen app, and nothing is left."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.core.source_code.cases import DENSE, OTHERS

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
