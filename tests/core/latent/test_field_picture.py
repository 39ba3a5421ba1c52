"""Pictures of the layers of the map."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.colours import CLASS_COLOURS
from aegui.core.latent.field_picture import field_picture
from aegui.core.latent.fields import Field, FieldKey


def field(key: FieldKey, values: object, low: float, high: float, *classes: str) -> Field:
    array = np.asarray(values, np.float32)
    return Field(key, (0.0, 0.0, 4.0, 2.0), array, low, high, classes, None, 1)


def pixel(picture: object, x: int, y: int) -> tuple[int, ...]:
    return tuple(np.asarray(picture)[y, x].tolist())


def test_more_is_darker_and_the_first_row_is_below() -> None:
    picture = field_picture(field("density", [[0.0] * 4, [1.0] * 4], 0.0, 1.0), 20)
    assert picture.size == (80, 40)
    assert pixel(picture, 40, 38) == (250, 251, 252)
    assert pixel(picture, 40, 1) == (24, 60, 110)


def test_either_side_has_its_colour() -> None:
    values = [[-1.0, -1.0, 1.0, 1.0]] * 2
    picture = field_picture(field("uncertainty", values, -1.0, 1.0), 10)
    assert pixel(picture, 2, 5) != pixel(picture, 38, 5)
    either = field_picture(field("holes", values, -1.0, 1.0), 10)
    assert pixel(either, 2, 5) == (190, 90, 40)
    assert pixel(either, 38, 5) == (24, 60, 110)


def test_classes_have_colours_and_points_are_dots() -> None:
    values = [[0, 0, 1, 1]] * 2
    layer = field("regions", values, 0.0, 1.0, "a", "b")
    colour = tuple(int(CLASS_COLOURS[0][at : at + 2], 16) for at in (1, 3, 5))
    assert pixel(field_picture(layer, 10), 3, 3) == colour
    dotted = field_picture(layer, 10, np.array([[0.5, 0.5], [99.0, 99.0]]))
    assert sum(pixel(dotted, 5, 15)) < 0.5 * sum(colour)
    assert pixel(dotted, 3, 3) == colour


def test_a_line_of_codes_is_a_band() -> None:
    values = np.linspace(0, 1, 32)[np.newaxis]
    picture = field_picture(field("novelty", values, 0.0, 1.0), 3)
    assert picture.size == (96, 12)
    assert pixel(picture, 2, 6) == pytest.approx(pixel(picture, 2, 2), abs=1)
