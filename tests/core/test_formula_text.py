"""Formulas in files: a safe subset is accepted, everything else is refused with a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont

from aegui.core.formula_text import MAX_FORMULA, check_formula, plain_formula
from aegui.kit.math_boxes import typeset

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GOOD = (
    "z = f(x)",
    r"\op{E}(x, \hat{x}) = −\frac{1}{n} \sum_{i} x_i \op{log} \hat{x}_i",
    r"‖∂z / ∂x‖_F^2",
    r"x ∈ \{0, 1\}^{35}",
    "",
)


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_set_passes(text: str) -> None:
    check_formula(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not closed"),
        ("a}", "no opening"),
        ("x_", "missing"),
        (r"\frac{1}", "missing"),
        (r"\input{/etc/passwd}", "knows the commands"),
        ("{" * 40 + "}" * 40, "too deeply"),
        ("x" * (MAX_FORMULA + 1), "at most"),
    ],
)
def test_what_cannot_be_set_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_formula(text)


@given(st.text(alphabet="ab{}_^\\frcsumhatop 1", max_size=40))
def test_whatever_passes_can_be_set(qapp: QApplication, text: str) -> None:
    try:
        check_formula(text)
    except ValueError:
        return
    typeset(text, QFont(), 20.0)
    plain_formula(text)


def test_a_screen_reader_hears_no_commands() -> None:
    assert plain_formula(GOOD[3]) == "x ∈ {0, 1}^35"
    assert plain_formula(GOOD[1]) == "E(x, x) = −(1)/(n) Σ_i x_i log x_i"
