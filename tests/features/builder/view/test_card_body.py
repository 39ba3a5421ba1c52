from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtGui import QColor

from aegui.core.network.activations import ACTIVATIONS
from aegui.features.builder.view.card_body import ActivationCurve, activation_values
from aegui.kit.theme import LIGHT, current_theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

TORCH = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "sine": torch.sin,
    "cosh": torch.cosh,
}
"""torch's own; of others what a training computes."""


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_drawn_function_is_the_one_that_is_computed(name: str) -> None:
    x = np.linspace(-4.0, 4.0, 33)
    computed = TORCH.get(name, ACTIVATIONS[name].function)
    expected = computed(torch.from_numpy(2.0 * x)).numpy()
    np.testing.assert_allclose(activation_values(name, x, 2.0), expected, atol=1e-6)


def test_the_curve_is_painted_where_the_function_is(qtbot: QtBot) -> None:
    curve = ActivationCurve()
    qtbot.addWidget(curve)
    curve.resize(curve.sizeHint())
    curve.set_function("relu", 1.0)
    image = curve.grab().toImage()
    assert current_theme() is LIGHT

    def darkest(column: int, rows: range) -> int:
        return min(QColor(image.pixel(column, row)).lightness() for row in rows)

    height, right, left = image.height(), image.width() * 2 // 3, image.width() // 3
    upper, lower = range(height // 2 - 2), range(height // 2 + 3, height)
    assert darkest(right, upper) < 120
    assert darkest(right, lower) > 120
    assert darkest(left, upper) > 120
