"""What a run is called: its recipe's name, as long as that is true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.recipe.file import list_recipes
from aegui.session.documents.naming import run_name

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

COURSE = dict(list_recipes())["letters-course"]


def changed(**data: object) -> Recipe:
    return COURSE.model_copy(update={"data": COURSE.data.model_copy(update=data)})


def test_a_recipe_that_is_still_what_it_was_named_gives_its_name() -> None:
    longer = COURSE.model_copy(
        update={"training": COURSE.training.model_copy(update={"epochs": 7}), "seed": 9}
    )
    assert run_name(COURSE, "document") == run_name(longer, "document") == COURSE.name


def test_of_other_samples_it_is_called_by_what_it_is() -> None:
    assert run_name(changed(source="digits"), "document") == "Autoencoder on Digits 8x8, 2 numbers"


def test_with_other_layers_it_no_longer_says_those_of_its_recipe() -> None:
    short = COURSE.network.model_copy(update={"encoder": COURSE.network.encoder[:1]})
    called = run_name(COURSE.model_copy(update={"network": short}), "document")
    assert called == "Autoencoder on Lower case, 2 numbers"


def test_a_name_of_ones_own_stays_and_none_is_the_documents() -> None:
    own = changed(source="digits").model_copy(update={"name": "mine"})
    assert run_name(own, "document") == "mine"
    assert run_name(own.model_copy(update={"name": ""}), "document") == "document"
