"""Formulas as JavaScript."""

from __future__ import annotations

import pytest

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.web_page.javascript import javascript


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("z", "z"),
        ("maximum(z, 0)", "Math.max(z, 0)"),
        ("where(z > 0, z, 0.01 * z)", "((z > 0) ? z : (0.01 * z))"),
        ("-z * sigmoid(z)", "((-z) * sigmoid(z))"),
        ("z / 2**0.5", "(z / (2 ** 0.5))"),
        ("square(z) + 1", "((z ** 2) + 1)"),
    ],
)
def test_a_formula_becomes_an_expression(formula: str, expected: str) -> None:
    assert javascript(formula) == expected


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_activation_has_one(key: str) -> None:
    assert "z" in javascript(ACTIVATIONS[key].formula)


@pytest.mark.parametrize("formula", ["arctan(z)", "z.real", "z @ z", "(z)(1)", "'text'"])
def test_what_no_page_could_compute_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="no JavaScript"):
        javascript(formula)
