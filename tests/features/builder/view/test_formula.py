from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from aegui.core.recipe import (
    ClassifierSpec,
    GanSpec,
    LatentSpec,
    NetworkSpec,
    Recipe,
    SparsitySpec,
    TrainingSpec,
)
from aegui.core.training.terms import TERMS, definitions, equations
from aegui.features.builder.view.formula import FormulaView, number_text
from aegui.kit.math_boxes import Accent, Fraction, Scripts, Sum, typeset
from aegui.kit.theme import DARK, LIGHT, Theme, apply_theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

VARIATIONAL = Recipe(network=NetworkSpec(latent=LatentSpec(kind="gaussian", beta=4.0)))
ALL = Recipe(
    training=TrainingSpec(
        l1=0.1, l2=0.1, code_l1=0.1, contractive=0.1, edges=0.1, sparsity=SparsitySpec(weight=0.1)
    )
)
RECIPES = [
    Recipe(),
    VARIATIONAL,
    ALL,
    Recipe(gan=GanSpec()),
    Recipe(gan=GanSpec(class_weight=2.0)),
    Recipe(classifier=ClassifierSpec()),
]


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[FormulaView]:
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]
    made = FormulaView()
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    qtbot.waitExposed(made)
    yield made
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]


def test_scripts_fractions_sums_and_hats_are_set(qtbot: QtBot) -> None:
    font = QFont()
    row = typeset(r"\frac{1}{n} \sum_{i} x_i^2 + \hat{x}", font, 20)
    kinds = [type(box) for box in row.boxes]
    assert [kinds.count(kind) for kind in (Fraction, Sum, Scripts, Accent)] == [1, 1, 1, 1]
    plain = typeset("x", font, 20)
    assert typeset("x_i", font, 20).width > plain.width
    assert typeset("x^2", font, 20).ascent > plain.ascent
    assert typeset("x_i", font, 20).descent > plain.descent


def test_braces_can_be_seen_and_have_scripts(qtbot: QtBot) -> None:
    seen, hidden = (typeset(text, QFont(), 20) for text in (r"\{0\}^{35}", "{0}^{35}"))
    assert len(seen.boxes) == 3
    assert isinstance(seen.boxes[-1], Scripts)
    assert seen.width > hidden.width


def test_names_are_upright_and_letters_italic(qtbot: QtBot) -> None:
    (upright,) = typeset(r"\op{B}", QFont(), 20).boxes
    (letter,) = typeset("x", QFont(), 20).boxes
    (figure,) = typeset("2", QFont(), 20).boxes
    assert letter.font.italic()  # type: ignore[attr-defined]
    assert not figure.font.italic()  # type: ignore[attr-defined]
    assert not upright.boxes[0].font.italic()  # type: ignore[attr-defined]


def test_an_unknown_command_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="foo"):
        typeset(r"\foo{x}", QFont(), 20)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_formula_can_be_set(qtbot: QtBot, recipe: Recipe) -> None:
    texts = [*definitions(recipe), *(term.formula for term in TERMS.values())]
    for equation in equations(recipe):
        texts += [equation.left, *(part.formula for part in equation.summands)]
    assert all(typeset(text, QFont(), 18).width > 0 for text in texts)


def test_numbers_stand_under_their_terms_with_their_weight(view: FormulaView) -> None:
    view.set_recipe(VARIATIONAL)
    assert view.term_text("kl", 4.0) == ""
    view.set_terms({"loss": 148.0, "reconstruction": 123.0, "kl": 6.25})
    assert view.term_text("kl", 4.0) == "25"
    assert view.accessibleName() == "Objective: Loss 148 = Reconstruction 123 + KL divergence 25"


def test_a_long_objective_breaks_into_lines_and_asks_for_their_height(view: FormulaView) -> None:
    view.set_recipe(Recipe())
    low = view.sizeHint().height()
    view.set_recipe(ALL)
    assert view.sizeHint().height() > 2 * low
    assert all(placed.area.right() <= view.width() for placed in view._placed)
    high = view.sizeHint().height()
    view.resize(900, 400)
    assert view.sizeHint().height() < high


def test_every_term_explains_itself_where_the_pointer_is(view: FormulaView) -> None:
    view.set_recipe(VARIATIONAL)
    view.set_terms({"kl": 6.25})
    tips = [view.tip_at(placed.area.center().toPoint()) for placed in view._placed]
    kl = next(tip for tip in tips if "prior" in tip)
    assert kl.endswith("4 times 6.25")
    assert "encoder" in view.tip_at(QPoint(-5, -5))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_it_is_painted_in_the_colours_of_the_theme(view: FormulaView, theme: Theme) -> None:
    apply_theme(QApplication.instance(), theme)  # type: ignore[arg-type]
    view.set_recipe(VARIATIONAL)
    view.set_terms({"loss": 1.0, "kl": 2.0})
    view.resize(300, view.sizeHint().height())
    image = view.grab().toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert pixels.count(theme.text) > 20
    blue = [
        c for c in pixels if abs(c.hsvHue() - theme.accent.hsvHue()) < 12 and c.saturation() > 60
    ]
    assert len(blue) > 10


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.012345, "0.01235"), (148.123, "148.1"), (123456.7, "123,457"), (float("inf"), "∞")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number_text(value) == text
