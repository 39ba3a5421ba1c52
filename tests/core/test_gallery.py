"""Every network is listed in the gallery with a true description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.load import load_data, load_dataset
from aegui.core.gallery import (
    KIND_LABELS,
    OTHER_DATA,
    cards,
    data_choices,
    figures,
    kinds_of,
)
from aegui.core.i18n import set_language
from aegui.core.network.resolve import resolve
from aegui.core.recipe import DataSpec, Recipe
from aegui.core.recipe.file import find_recipe, list_recipes, save_recipe
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.shelves import GROUPS, LEVELS, SHELVES
from aegui.paths import recipes_dir, resources_dir

if TYPE_CHECKING:
    from pathlib import Path


def test_every_recipe_that_ships_has_a_place_and_no_other_has() -> None:
    assert set(SHELVES) == {key for key, _ in list_recipes()}
    for shelf in SHELVES.values():
        assert shelf.level in LEVELS
        assert shelf.group in GROUPS
    assert {shelf.group for shelf in SHELVES.values()} == set(GROUPS) - {"own", "challenges"}
    sentences = [shelf.sees for shelf in SHELVES.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(len(sentence) <= 72 and sentence.endswith((".", "?")) for sentence in sentences)


def test_every_card_has_a_picture_and_all_are_light() -> None:
    folder = resources_dir() / "gallery"
    names = {*SHELVES, *(f"data-{key}" for key in BUILTIN_SETS)}
    assert {path.stem for path in folder.glob("*.png")} == names
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_000_000


@pytest.mark.parametrize("key", ["letters-2d", "letters-denoise", "digits-gan", "letters-seeds"])
def test_the_figures_are_those_of_the_real_set(key: str) -> None:
    recipe = dict(list_recipes())[key]
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    found = figures(recipe)
    assert resolved is not None
    assert found is not None
    assert found.parameters == resolved.parameters
    assert found.code == recipe.network.latent.units
    assert found.seconds > 0.0


def test_a_gan_that_predicts_classes_has_as_many_parameters_as_in_the_builder() -> None:
    plain = dict(list_recipes())["digits-gan"]
    assert plain.gan is not None
    gan = plain.gan.model_copy(update={"class_weight": 1.0})
    recipe = plain.model_copy(update={"gan": gan})
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    found, before = figures(recipe), figures(plain)
    assert resolved is not None
    assert found is not None
    assert before is not None
    assert found.parameters == resolved.parameters > before.parameters


def test_figures_of_every_recipe_are_known_without_its_set(tmp_path: Path) -> None:
    assert all(figures(recipe) is not None for _, recipe in list_recipes())
    assert figures(Recipe(data=DataSpec(source=str(tmp_path)))) is None


def test_fewer_samples_take_less_time() -> None:
    recipe = dict(list_recipes())["emoji-faces"]
    whole = recipe.model_copy(update={"data": recipe.data.model_copy(update={"labels": None})})
    part, every = figures(recipe), figures(whole)
    assert part is not None
    assert every is not None
    assert part.parameters == every.parameters
    assert every.seconds > 5 * part.seconds


@pytest.mark.parametrize("key", ["symbols", "letters", "digits"])
def test_what_the_table_of_sets_says_is_true(key: str) -> None:
    dataset, row = load_dataset(key), BUILTIN_SETS[key]
    assert (len(dataset), dataset.image_shape) == (row.count, row.shape)
    assert row.classes in {0, len(set(dataset.labels))}


def test_kinds_are_those_of_the_recipe() -> None:
    known = dict(list_recipes())
    assert kinds_of(known["emoji-faces"]) == ("variational", "conv")
    assert kinds_of(known["letters-denoise"]) == ("denoising", "dense")
    assert kinds_of(known["fashion-gan"]) == ("gan", "conv")
    assert all(set(kinds_of(recipe)) <= set(KIND_LABELS) for recipe in known.values())


def test_words_are_found_without_capitals_and_accents() -> None:
    set_language("es")
    found = [card.key for card in cards() if card.fits("CÓDIGO disperso")]
    assert "letters-sparse" in found
    assert found == [card.key for card in cards() if card.fits("codigo DISPERSO")]


def test_cards_are_filtered_by_kind_and_data() -> None:
    found = [card for card in cards() if card.fits(kind="conv", data="fashion")]
    assert [card.key for card in found] == ["fashion-gan", "fashion-conv-2", "fashion-stacked-conv"]
    assert data_choices(cards())[0] == "lowercase"


def test_models_that_ship_are_known(repository: Path) -> None:
    trained = {card.key for card in cards() if card.model is not None}
    assert trained == {path.stem for path in (repository / "models").glob("*.aegui")}


def test_a_persons_own_recipes_stand_beside_them(user_home: Path) -> None:
    path = recipes_dir() / "mine.json"
    path.parent.mkdir(parents=True)
    save_recipe(path, Recipe(name="Mine", data=DataSpec(source="x.png")))
    (recipes_dir() / "broken.json").write_text("{")
    own = cards()[-1]
    assert (own.key, own.name, own.group, own.level) == ("mine", "Mine", "own", "")
    assert (own.data, own.model, own.path) == (OTHER_DATA, None, path)
    assert len(cards()) == len(SHELVES) + len(CHALLENGES) + 1
    assert find_recipe("mine") == path
    assert find_recipe("letters-2d") != path
