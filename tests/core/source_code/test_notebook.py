"""Notebooks are valid, their cells run in order, in the language of the window."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.i18n import set_language
from aegui.core.source_code.check import check_code
from aegui.core.source_code.make import make_code
from aegui.core.source_code.notebook import code_cells
from tests.core.source_code.cases import DENSE, OTHERS, subject

if TYPE_CHECKING:
    from pathlib import Path

CASES = ("loss bce", "variational", "noise in batches", "sparse", "convolutions")


@pytest.mark.parametrize("case", CASES)
def test_notebooks_are_valid_and_learn_as_the_program(case: str) -> None:
    it = subject(**(DENSE | OTHERS)[case])
    document = json.loads(make_code(it, "notebook", "letters").text)
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)
    kinds = {cell["cell_type"] for cell in document["cells"]}
    assert kinds == {"markdown", "code"}
    for cell in document["cells"]:
        assert isinstance(cell["source"], list)
        assert ("outputs" in cell) == (cell["cell_type"] == "code")
    words = "".join("".join(cell["source"]) for cell in document["cells"])
    assert "$$L = " in words
    assert r"\op{" not in words
    assert check_code(it, "notebook").state == "same"


def test_the_cells_run_in_order_in_a_process_of_their_own(tmp_path: Path) -> None:
    it = subject(**DENSE["variational in batches"])
    made = make_code(it, "notebook", "letters")
    made.write(tmp_path / "letters.ipynb")
    runner = "import json,sys\nspace = {}\nfor cell in json.load(sys.stdin): exec(cell, space)\n"
    done = subprocess.run(
        [sys.executable, "-c", runner],
        input=json.dumps(code_cells(made.text)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert losses == pytest.approx(check_code(it, "notebook").own, abs=1e-9)


def test_notebooks_speak_spanish() -> None:
    set_language("es")
    text = make_code(subject(), "notebook", "letras").text
    assert "Red" in text
    assert "## Datos" in text
    assert "letras.npz" in text
