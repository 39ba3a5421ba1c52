"""Measurements at one code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.latent.insight import distance_words, entropies, insight, insight_words
from aegui.core.latent.novelty import known, novelty
from tests.core.latent.linear import groups, linear_codec


def test_entropy_is_that_of_coins() -> None:
    found = entropies([[0.0, 1.0], [0.5, 0.5], [0.25, 1.0], [np.nan, 2.0]])
    quarter = 0.25 * 2 + 0.75 * np.log2(4 / 3)
    assert found == pytest.approx([0.0, 1.0, quarter / 2, 0.0], abs=1e-5)


def test_all_there_is_to_say_of_a_place() -> None:
    data = load_builtin("lowercase")
    codec, of = linear_codec(data, 2), known(data, glyphs=True)
    found = insight(codec, of, [0.4, -0.2])
    image = codec.decode([0.4, -0.2])[0]
    novel = novelty(of, image)
    assert found.image == pytest.approx(image)
    assert found.kind == novel.kinds[0]
    assert found.ratio == pytest.approx(novel.ratio[0])
    assert [index for index, _ in found.nearest] == novel.nearest[0].tolist()
    assert [away for _, away in found.nearest] == novel.distances[0].tolist()
    # What a linear network decodes it encodes back to where it was.
    assert found.drift == pytest.approx([0.0, 0.0], abs=1e-5)
    assert found.drift_length == pytest.approx(0.0, abs=1e-5)
    assert found.log_stretch == pytest.approx(0.0, abs=1e-4)
    assert (found.epoch, found.glyphs) == (7, True)
    words = insight_words(of, found)
    assert words.startswith(found.words + ", ")
    assert words.endswith(f"entropy {found.entropy:.2f}, drift 0.00")


def test_of_long_codes_the_stretch_is_told_along_directions() -> None:
    data = groups()
    codec, of = linear_codec(data, 6), known(data, glyphs=False)
    assert insight(codec, of, np.zeros(6)).log_stretch is None
    along = insight(codec, of, np.zeros(6), 2.0 * np.eye(2, 6))
    assert along.log_stretch == pytest.approx(np.log(4.0), abs=1e-4)


def test_the_nearest_of_a_new_image_is_named_with_its_distance() -> None:
    data = load_builtin("lowercase")
    codec, of = linear_codec(data, 2), known(data, glyphs=True)
    places = 3.0 * np.random.default_rng(0).standard_normal((200, 2))
    place = places[np.argmax(novelty(of, codec.decode(places)).ratio)]
    found = insight(codec, of, place)
    assert found.kind == "new"
    index, away = found.nearest[0]
    assert f"new, nearest {data.labels[index]}, {away:.0f} pixels" in insight_words(of, found)


def test_distances_have_one_unit_and_name_it() -> None:
    data = load_builtin("lowercase")
    found = insight(linear_codec(data, 2), known(data, glyphs=True), [0.4, -0.2])

    def at(distance: float, *, glyphs: bool) -> str:
        return distance_words(replace(found, nearest=((0, distance),), glyphs=glyphs))

    assert at(1.0, glyphs=True) == "1 pixel"
    assert at(4.0, glyphs=True) == "4 pixels"
    # Of 35 pixels: what the nearest images are told with.
    assert at(1.0, glyphs=False) == "mean squared difference 0.0286"
    assert at(3.5, glyphs=False) == "mean squared difference 0.350"
    # Where the unit stands beside it.
    away = replace(found, nearest=((0, 3.5),), glyphs=False)
    assert distance_words(away, short=True) == "0.350"
