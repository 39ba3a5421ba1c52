"""Texts of axes and choices: labels of fields, number format of the language."""

from __future__ import annotations

import pytest

from aegui.core.i18n import set_language
from aegui.core.study.axis_fields import list_text, values_from, varied_at, varied_fields
from aegui.core.study.plan import StudyAxis
from aegui.core.study.words import axis_words, choice_words, named_choice
from tests.session.parts import recipe

RATE = "training.optimizer.learning_rate"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (RATE, "Learning rate"),
        ("data.corruption.copies", "Noisy copies of each sample"),
        ("network.encoder.0.units", "Encoder 1, Units"),
        ("network.decoder.1.activation", "Decoder 2, Activation"),
        ("network.encoder.*.units", "Every layer, Units"),
        ("network.latent.units", "Code, Units"),
        ("network.output_activation", "Output, Activation"),
        ("classifier.hidden.0.units", "Layer 1, Units"),
        ("Depth of the network", "Depth of the network"),
        ("network.nowhere", "network.nowhere"),
    ],
)
def test_an_axis_without_a_label_is_called_as_its_field(name: str, words: str) -> None:
    assert axis_words(name) == words


def test_numbers_and_percentages_have_the_marks_of_the_language() -> None:
    assert [choice_words(label) for label in ("0.5", "30%", "30 %")] == ["0.5", "30%", "30%"]
    set_language("es")
    assert choice_words("0.5") == "0,5"
    assert choice_words("30%") == choice_words("30 %") == "30\u00a0%"


def test_a_choice_without_a_noise_and_a_noise_by_its_key_are_words_of_the_language() -> None:
    assert choice_words("none") == "none"
    assert choice_words("flip:0.15") == "Flip 0.15"
    assert named_choice("Noise level", "none") == "Noise level none"
    assert named_choice("Share to learn from", "30%") == "Share to learn from 30%"
    set_language("es")
    assert choice_words("none") == "ninguno"
    assert choice_words("flip:0.15").endswith(" 0,15")
    assert named_choice("Noise level", "none") == "Nivel de ruido ninguno"
    for words in ("flip:9", "flip: 35-25-2", "deep: flip", ":", "flip:"):
        assert choice_words(words) == words


def test_axes_are_called_as_in_the_form() -> None:
    """Every field that can be varied has one name, with or without a recipe."""
    of, shape = recipe(), (1, 7, 5)
    fields = [one for _, group in varied_fields(of, shape) for one in group]
    assert len(fields) > 20
    assert {one.path: axis_words(one.path) for one in fields} == {
        one.path: one.label for one in fields
    }


def test_numbers_have_the_marks_of_the_language() -> None:
    axis = StudyAxis(path=RATE, values=(0.001, 0.5))
    assert [choice_words(choice.label) for choice in axis.choices] == ["0.001", "0.5"]
    set_language("es")
    assert axis_words(axis.name) == "Tasa de aprendizaje"
    assert [choice_words(choice.label) for choice in axis.choices] == ["0,001", "0,5"]
    assert [choice.label for choice in axis.choices] == ["0.001", "0.5"], "files keep the point"
    assert choice_words("35-25-10-2") == "35-25-10-2"
    assert choice_words("Version 1.2 of it") == "Version 1.2 of it"
    assert choice_words("true") == "encendido"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0,5", (0.5,)),
        ("0,5 0,25", (0.5, 0.25)),
        ("0,5; 0,25", (0.5, 0.25)),
        ("0.5 0.25", (0.5, 0.25)),
        ("1, 2, 3", (1, 2, 3)),
        ("1,2,3", (1, 2, 3)),
        ("1e-3", (0.001,)),
    ],
)
def test_values_are_typed_with_a_decimal_comma_where_it_is_written(
    text: str, values: tuple[float, ...]
) -> None:
    varied = varied_at(recipe(), RATE, (1, 7, 5))
    assert varied is not None
    set_language("es")
    assert values_from(text, varied.field) == pytest.approx(values)
    assert values_from(list_text(values), varied.field) == pytest.approx(values)
    assert "." not in list_text(values)
