from __future__ import annotations

import pytest

from aegui.core.errors import AeguiError
from aegui.features.noise_study.model.study_forms import (
    CURVES,
    MATRIX,
    MAX_SEEDS,
    CurvesForm,
    MatrixForm,
)
from aegui.session.settings import Settings


def test_the_first_matrix_is_six_by_six_by_five() -> None:
    spec = MatrixForm().spec()
    assert len(spec.training) == len(spec.tests) == 6
    assert spec.seeds == 5
    assert spec.epochs is None
    assert [one.level for one in spec.tests] == [0.0, 0.05, 0.1, 0.2, 0.3, 0.5]


def test_kinds_and_levels_make_the_noises() -> None:
    form = MatrixForm(("flip", "salt"), "0; 0,1", ("masking",), "0.3", 2, epochs=7)
    spec = form.spec()
    assert [(one.kind, one.level) for one in spec.training] == [
        ("flip", 0.0),
        ("flip", 0.1),
        ("salt", 0.1),
    ]
    assert [(one.kind, one.level) for one in spec.tests] == [("masking", 0.3)]
    assert (spec.seeds, spec.epochs) == (2, 7)


def test_what_is_wrong_is_said_with_its_place() -> None:
    with pytest.raises(AeguiError, match=r"^Try with: “x” is not a level"):
        MatrixForm(test_levels="0, x").spec()
    with pytest.raises(AeguiError, match=r"^Train with: choose at least one kind"):
        MatrixForm(training_kinds=()).spec()
    with pytest.raises(AeguiError, match=r"^Levels: 2 is too large"):
        CurvesForm(levels="1, 2").spec()
    assert CurvesForm("gaussian", "2, 1").spec().levels == (1.0, 2.0)


def test_forms_come_back_from_the_settings() -> None:
    matrix = MatrixForm(("salt", "block"), "0.1", ("flip",), "0.2", 3, "recipe", 50)
    curves = CurvesForm("masking", "0.1, 0.9")
    settings = Settings()
    settings.keep_form(MATRIX, matrix)
    settings.keep_form(CURVES, curves)
    assert settings.values["study.training_kinds"] == "salt block"
    assert settings.values["study.curve_levels"] == "0.1, 0.9"
    assert settings.form(MATRIX, MatrixForm()) == matrix
    assert settings.form(CURVES, CurvesForm()) == curves


def test_strange_settings_are_as_at_first() -> None:
    settings = Settings()
    settings.values = {
        "study.training_kinds": "fog none",
        "study.test_levels": 5,
        "study.seeds": 999,
        "study.network": "huge",
        "study.epochs": "many",
    }
    form, first = settings.form(MATRIX, MatrixForm()), MatrixForm()
    assert form.training_kinds == first.training_kinds
    assert form.test_levels == first.test_levels
    assert form.seeds == MAX_SEEDS
    assert form.network == first.network
    assert form.epochs == 0
    settings.values = {"study.seeds": float("inf")}
    assert settings.form(MATRIX, MatrixForm()) == MatrixForm()
