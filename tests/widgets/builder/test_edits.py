from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aegui.core.recipe import MAX_LAYERS, LayerSpec, NetworkSpec, Recipe
from aegui.widgets.builder import edits
from tests.widgets.builder.desk import OWN_DECODER

PIXELS = 35


def sizes(recipe: Recipe) -> list[int]:
    return [layer.units for layer in recipe.network.layers(PIXELS)]


def own() -> Recipe:
    return Recipe(network=OWN_DECODER)


networks = st.builds(
    NetworkSpec,
    encoder=st.lists(st.integers(1, 50), max_size=4).map(
        lambda units: tuple(LayerSpec(units=n) for n in units)
    ),
    decoder=st.none()
    | st.lists(st.integers(51, 99), max_size=4).map(
        lambda units: tuple(LayerSpec(units=n) for n in units)
    ),
)


@given(networks)
def test_places_agree_with_the_layers_of_the_network(network: NetworkSpec) -> None:
    chain = edits.places(network)
    drawn = [edits.layer_at(network, place, PIXELS) for place in chain[1:]]
    assert drawn == list(network.layers(PIXELS))
    assert chain[network.code_index + 1].part == "code"


@given(networks, st.data())
def test_an_inserted_layer_is_at_the_place_that_is_told(
    network: NetworkSpec, data: st.DataObject
) -> None:
    recipe = Recipe(network=network)
    gap = data.draw(st.integers(0, len(edits.places(network)) - 2))
    changed, place = edits.insert_layer(recipe, gap, PIXELS)
    new = edits.places(changed.network)[place]
    old_side = "encoder" if gap <= len(network.encoder) else "decoder"
    assert new.part == old_side
    assert edits.remove_layer(changed, new) == recipe


@given(networks, st.data())
def test_a_moved_layer_is_at_the_place_that_is_told(
    network: NetworkSpec, data: st.DataObject
) -> None:
    recipe = Recipe(network=network)
    chain = edits.places(network)
    start = data.draw(st.integers(0, len(chain) - 1))
    gap = data.draw(st.integers(0, len(chain) - 2))
    changed, end = edits.move_layer(recipe, start, gap)
    before = edits.layer_at(network, chain[start], PIXELS)
    after = edits.layer_at(changed.network, edits.places(changed.network)[end], PIXELS)
    assert after == before
    assert sorted(sizes(changed)) == sorted(sizes(recipe))
    if chain[start].is_hidden and network.decoder is not None:
        assert end == (gap if gap > start else gap + 1 if gap < start - 1 else start)


def test_units_of_a_mirrored_layer_are_its_twins() -> None:
    place = edits.places(Recipe().network)[4]
    assert (place.part, place.twin) == ("decoder", 1)
    assert sizes(edits.with_layer(Recipe(), place, "units", 13)) == [25, 13, 2, 13, 25, 35]


def test_every_part_of_the_chain_is_edited_where_it_is_kept() -> None:
    recipe, chain = own(), edits.places(OWN_DECODER)
    assert sizes(edits.with_layer(recipe, chain[3], "units", 3)) == [25, 10, 3, 12, 30, 35]
    assert sizes(edits.with_layer(recipe, chain[5], "units", 31)) == [25, 10, 2, 12, 31, 35]
    output = edits.with_layer(recipe, chain[6], "activation", "tanh").network
    assert output.output_activation == "tanh"
    assert edits.with_layer(recipe, chain[6], "slope", 2.0).network.output_slope == 2.0


def test_a_layer_between_35_and_25_begins_between_them_with_the_neighbours_activation() -> None:
    network = NetworkSpec(encoder=(LayerSpec(units=25, activation="elu"),))
    changed, _ = edits.insert_layer(Recipe(network=network), 0, PIXELS)
    new = changed.network.encoder[0]
    assert 25 < new.units < 35
    assert new.activation == "elu"


def test_a_layer_crosses_the_code() -> None:
    changed, end = edits.move_layer(own(), 2, 3)
    assert sizes(changed) == [25, 2, 10, 12, 30, 35]
    assert edits.places(changed.network)[end].part == "decoder"


def test_no_layer_beyond_the_limit() -> None:
    full = NetworkSpec(encoder=(LayerSpec(units=3),) * MAX_LAYERS, decoder=())
    assert not edits.can_insert(full, 0)
    assert edits.can_insert(full, MAX_LAYERS + 1)
    recipe = Recipe(network=full.model_copy(update={"decoder": (LayerSpec(units=4),)}))
    assert edits.move_layer(recipe, MAX_LAYERS + 2, 0) == (recipe, MAX_LAYERS + 2)


def test_mirroring_keeps_the_shape_when_switched_off_and_restores_it_when_on() -> None:
    loose = edits.with_mirror(Recipe(), False)
    assert loose.network.decoder == tuple(reversed(Recipe().network.encoder))
    assert edits.with_mirror(loose, True) == Recipe()
    assert edits.with_mirror(own(), True).network.decoder is None


def test_a_value_outside_of_its_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        edits.with_value(Recipe(), "training.optimizer.learning_rate", 0.0)
