"""Details that the gallery computes in the background, from real files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.cards import CARD_SIZE
from aegui.core.gallery import CardFigures
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.shelves import SHELVES
from aegui.features.gallery.model.items import (
    EVERYTHING,
    FILES,
    NO_EXTRAS,
    Extras,
    network_items,
    network_sections,
    set_items,
    set_sections,
)
from aegui.features.gallery.model.previews import extras_of
from aegui.paths import models_dir
from aegui.session.data.data_sources import keep_drawing, user_path

if TYPE_CHECKING:
    from pathlib import Path


def test_sizes_files_and_own_sets_are_found(tmp_path: Path, user_home: Path) -> None:
    run, recipe, other = (tmp_path / name for name in ("a.aegui", "b.json", "c.aegui"))
    shutil.copyfile(models_dir() / "letters-denoise.aegui", run)
    save_recipe(recipe, Recipe(name="mine"))
    other.write_bytes(b"no run")
    keep_drawing(np.eye(28), "line")
    told = list(extras_of([run, recipe, other], lambda: False))
    assert set(told[0].files) == {run, recipe, other}, "files come first"
    extras = told[-1]
    assert set(extras.figures) == {*SHELVES, *CHALLENGES}
    assert extras.files[run].picture is not None
    assert extras.files[run].recipe is not None
    assert extras.files[recipe].recipe == Recipe(name="mine")
    assert extras.files[other].recipe is None
    assert extras.sheets[str(user_path("drawings"))].shape == CARD_SIZE[::-1]


def test_cards_say_what_is_known(tmp_path: Path) -> None:
    items = network_items(NO_EXTRAS, [tmp_path / "mine.aegui"])
    shipped = {item.key: item for item in items}
    assert shipped["letters-2d"].mark == "trained"
    assert shipped["letters-2d"].are_pixels
    assert shipped["letters-course"].mark == ""
    assert shipped["letters-course"].above == "First steps · Lower case"
    assert "Autoencoder · dense" in shipped["letters-course"].sentence
    assert items[-1].sections == (FILES,)
    counts = {key: count for key, _, count in network_sections(items)}
    assert counts[EVERYTHING] == len(items)
    assert counts[FILES] == 1
    assert "own" not in counts
    known = Extras({"letters-course": CardFigures(2, 2397, 5.0)}, {}, {})
    course = next(item for item in network_items(known, []) if item.key == "letters-course")
    assert course.mark == "~5 s to train"
    assert course.size == "2 numbers · 2,397 parameters"
    assert course.fits("COURSE 32", EVERYTHING, "dense", "lowercase")
    assert not course.fits("course", EVERYTHING, "conv", "")
    assert not course.fits("", "noise", "", "")


def test_sets_say_which_networks_learn_them(user_home: Path) -> None:
    networks = network_items(NO_EXTRAS, [])
    sets = {item.key: item for item in set_items(NO_EXTRAS, networks)}
    learnt = sum(item.data == "digits" for item in networks)
    assert sets["digits"].kind.startswith(f"{learnt} network")
    assert sets["symbols"].kind == ""
    assert [key for key, _, _ in set_sections(tuple(sets.values()))] == [
        EVERYTHING,
        "glyphs",
        "images",
    ]
