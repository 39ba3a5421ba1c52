"""Classes can be distinguished with any colour vision: by colour, else by marker."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.colours import CLASS_COLOURS, CLASS_MARKS, MARKS, MAX_LOOKS, lightened, marks_of

SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Of linear RGB, after Machado, Oliveira and Fernandes (2009), severity 1."""
FAR = 19.0


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0.0, 1.0) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("is_dark", [False, True])
def test_up_to_twenty_classes_of_one_mark_differ_in_colour_for_every_eye(
    sight: str, is_dark: bool
) -> None:
    colours = [lightened(one) if is_dark else one for one in CLASS_COLOURS]
    seen = [lab(SIGHTS[sight] @ linear(colour)) for colour in colours]
    for number in range(20):
        for other in range(number):
            if CLASS_MARKS[number] == CLASS_MARKS[other]:
                away = np.linalg.norm(seen[number % 10] - seen[other % 10])
                assert away > FAR, (number, other)


def test_no_two_classes_that_are_told_look_alike() -> None:
    looks = {(number % len(CLASS_COLOURS), CLASS_MARKS[number]) for number in range(MAX_LOOKS)}
    assert len(looks) == MAX_LOOKS
    assert set(CLASS_MARKS) == set(range(len(MARKS)))
    # Few classes have the calm ones.
    assert set(CLASS_MARKS[:10]) == {0, 1, 2}
    assert marks_of(np.array([[0, 11], [60, 71]])).tolist() == [list(CLASS_MARKS[0:12:11])] * 2


def test_each_can_be_seen_on_a_light_ground() -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    ground = weights @ linear("#fafbfc") + 0.05
    for colour in CLASS_COLOURS:
        assert ground / (weights @ linear(colour) + 0.05) >= 3.0
