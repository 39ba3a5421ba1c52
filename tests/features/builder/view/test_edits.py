from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aegui.core.network.chain import build_chain
from aegui.core.network.plan import Plan, PlannedLayer, network_plan
from aegui.core.recipe import (
    MAX_LAYERS,
    ConvSpec,
    ConvTransposeSpec,
    GanSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    Recipe,
    ReshapeSpec,
    UpsampleSpec,
)
from aegui.core.recipe.edits import numbers_edited, value_at, with_value, with_values
from aegui.core.recipe.layers import LAYERS
from aegui.features.builder.view import edits
from tests.features.builder.view.desk import OWN_DECODER

IMAGE = (1, 7, 5)
DIGIT = (1, 28, 28)
CONV = NetworkSpec(encoder=(ConvSpec(channels=16, stride=2), ConvSpec(channels=32, stride=2)))


def plan_of(recipe: Recipe) -> Plan:
    return network_plan(recipe, IMAGE)


def layers(network: NetworkSpec) -> tuple[PlannedLayer, ...]:
    return plan_of(Recipe(network=network)).layers


def sizes(recipe: Recipe) -> list[int]:
    return [layer.outputs for layer in build_chain(recipe.network, IMAGE).layers]


def own() -> Recipe:
    return Recipe(network=OWN_DECODER)


def inserted(recipe: Recipe, gap: int, kind: str = "dense") -> tuple[Recipe, int]:
    """Insert a layer at ``gap``; return the recipe and the index of the layer."""
    plan = plan_of(recipe)
    slot = plan.slots[gap]
    assert slot is not None
    changed = edits.insert_layer(recipe, slot, edits.new_layer(plan, gap, kind))
    part = (
        plan.layers[gap].part if plan.layers[gap].part == "decoder" else plan.layers[gap + 1].part
    )
    found = plan_of(changed).find(slot, "decoder" if plan.layers[gap].part == "code" else part)
    assert found is not None
    return changed, found


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
    chain = build_chain(network, IMAGE)
    drawn = layers(network)
    assert [planned.units for planned in drawn[1:]] == [layer.outputs for layer in chain.layers]
    assert [planned.parameters for planned in drawn[1:]] == [x.parameters for x in chain.layers]
    assert drawn[chain.code_end].part == "code"


@given(networks, st.data())
def test_a_layer_goes_where_the_plus_stands(network: NetworkSpec, data: st.DataObject) -> None:
    recipe = Recipe(network=network)
    gap = data.draw(st.integers(0, len(layers(network)) - 2))
    changed, planned = inserted(recipe, gap)
    new = plan_of(changed).layers[planned]
    assert new.part == ("encoder" if gap <= len(network.encoder) else "decoder")
    assert new.home is not None
    assert edits.remove_layer(changed, new.home) == recipe


@given(networks, st.data())
def test_a_moved_layer_is_where_it_is_told(network: NetworkSpec, data: st.DataObject) -> None:
    recipe = Recipe(network=network)
    plan = plan_of(recipe)
    movable = [i for i, planned in enumerate(plan.layers) if planned.home is not None]
    if not movable:
        return
    start = data.draw(st.sampled_from(movable))
    gap = data.draw(st.integers(0, len(plan.slots) - 1))
    home, slot = plan.layers[start].home, plan.slots[gap]
    assert home is not None
    assert slot is not None
    changed, kept = edits.move_layer(recipe, home, slot)
    end = plan_of(changed).find(kept, plan.layers[start].part)
    assert end is not None
    assert plan_of(changed).layers[end].spec == plan.layers[start].spec
    assert sorted(sizes(changed)) == sorted(sizes(recipe))
    if network.decoder is not None:
        assert end == (gap if gap > start else gap + 1 if gap < start - 1 else start)


def test_units_of_a_mirrored_layer_are_its_twins() -> None:
    planned = layers(Recipe().network)[4]
    assert (planned.part, planned.twin, planned.is_editable) == ("decoder", 1, True)
    assert sizes(edits.with_layer(Recipe(), planned, "units", 13)) == [25, 13, 2, 13, 25, 35]


def test_every_part_of_the_chain_is_edited_where_it_is_kept() -> None:
    recipe, chain = own(), layers(OWN_DECODER)
    assert sizes(edits.with_layer(recipe, chain[3], "units", 3)) == [25, 10, 3, 12, 30, 35]
    assert sizes(edits.with_layer(recipe, chain[5], "units", 31)) == [25, 10, 2, 12, 31, 35]
    output = edits.with_layer(recipe, chain[6], "activation", "tanh").network
    assert output.output_activation == "tanh"
    assert edits.with_layer(recipe, chain[6], "slope", 2.0).network.output_slope == 2.0


def test_a_layer_between_35_and_25_begins_between_them_with_the_neighbours_activation() -> None:
    network = NetworkSpec(encoder=(LayerSpec(units=25, activation="elu"),))
    changed, _ = inserted(Recipe(network=network), 0)
    new = changed.network.encoder[0]
    assert isinstance(new, LayerSpec)
    assert 25 < new.units < 35
    assert new.activation == "elu"


def test_a_layer_crosses_the_code() -> None:
    changed, home = edits.move_layer(own(), ("network.encoder", 1), ("network.decoder", 0))
    assert sizes(changed) == [25, 2, 10, 12, 30, 35]
    assert home == ("network.decoder", 0)


def test_no_layer_beyond_the_limit() -> None:
    full = NetworkSpec(encoder=(LayerSpec(units=3),) * MAX_LAYERS, decoder=(LayerSpec(units=4),))
    recipe = Recipe(network=full)
    assert not edits.can_insert(recipe, ("network.encoder", 0))
    assert edits.can_insert(recipe, ("network.decoder", 1))
    home = ("network.decoder", 0)
    assert edits.move_layer(recipe, home, ("network.encoder", 0)) == (recipe, home)


def test_mirroring_keeps_the_shape_when_switched_off_and_restores_it_when_on() -> None:
    loose = edits.with_mirror(Recipe(), False, IMAGE)
    assert loose.network.decoder == tuple(reversed(Recipe().network.encoder))
    assert edits.with_mirror(loose, True, IMAGE) == Recipe()
    assert edits.with_mirror(own(), True, IMAGE).network.decoder is None


def test_an_own_decoder_of_convolutions_keeps_shapes_and_output_layer() -> None:
    recipe = Recipe(network=CONV)
    loose = edits.with_mirror(recipe, False, DIGIT)
    before, after = build_chain(CONV, DIGIT), build_chain(loose.network, DIGIT)
    assert [layer.output_shape for layer in after.layers] == [
        layer.output_shape for layer in before.layers
    ]
    assert isinstance(loose.network.output_layer, ConvTransposeSpec)
    assert edits.with_mirror(loose, True, DIGIT) == recipe


def test_a_mirror_of_convolutions_is_shown_and_not_edited() -> None:
    plan = network_plan(Recipe(network=CONV), DIGIT)
    mirrored = [planned for planned in plan.layers if planned.part == "decoder"]
    assert [planned.kind for planned in mirrored] == ["mirrored"] * 3
    assert [planned.output_shape for planned in mirrored] == [(1568,), (32, 7, 7), (16, 14, 14)]
    assert plan.slots[3:] == (None,) * 4
    assert "Mirrored decoder" in plan.why_closed


def test_places_remain_beyond_a_layer_that_does_not_fit() -> None:
    wrong = NetworkSpec(encoder=(ConvSpec(channels=4, kernel=30, padding=0), LayerSpec(units=5)))
    plan = network_plan(Recipe(network=wrong), DIGIT)
    assert [planned.part for planned in plan.layers] == [
        "input",
        "encoder",
        "encoder",
        "code",
        "output",
    ]
    assert [planned.units for planned in plan.layers[1:]] == [None] * 4
    assert plan.layers[1].kind == "conv"


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("conv", (16, 14, 14)),
        ("max_pool", (1, 14, 14)),
        ("batch_norm", (1, 28, 28)),
        ("upsample", (1, 56, 56)),
        ("flatten", (784,)),
        ("reshape", (16, 7, 7)),
    ],
)
def test_new_layers_fit_an_image(kind: str, shape: tuple[int, ...]) -> None:
    plan = network_plan(Recipe(network=NetworkSpec(encoder=(ConvSpec(channels=8),))), DIGIT)
    layer = edits.new_layer(plan, 0, kind)
    assert edits.misfit(layer, DIGIT) == ""
    slot = plan.slots[0]
    assert slot is not None
    changed = edits.insert_layer(Recipe(network=CONV), slot, layer)
    assert build_chain(changed.network, DIGIT).layers[0].output_shape == shape


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_of_any_kind_is_within_bounds_among_images_of_any_size(kind: str) -> None:
    """Neither 17 x 251 x 253 = 1,079,551 numbers nor sides of 2,048 fit a reshape."""
    ending = ReshapeSpec(channels=1, height=1, width=2)
    odd = NetworkSpec(encoder=(ConvSpec(channels=17, padding=0),), decoder=(ending,))
    misfit = ReshapeSpec(channels=3, height=3, width=3)
    large = NetworkSpec(encoder=(UpsampleSpec(factor=8),), decoder=(misfit,))
    for network, image in ((odd, (1, 253, 255)), (large, (1, 256, 256))):
        plan = network_plan(Recipe(network=network), image)
        assert edits.new_layer(plan, 1, kind).kind == kind


def test_a_reshape_after_a_row_aims_at_the_size_of_the_images() -> None:
    network = CONV.model_copy(update={"decoder": (LayerSpec(units=1568),)})
    plan = network_plan(Recipe(network=network), DIGIT)
    layer = edits.new_layer(plan, 4, "reshape")
    assert edits.misfit(layer, (1568,)) == ""
    assert (layer.channels, layer.height, layer.width) == (32, 7, 7)  # type: ignore[union-attr]


def test_a_convolution_does_not_fit_a_row_and_says_what_to_do() -> None:
    plan = plan_of(Recipe())
    assert "Reshape" in edits.misfit(edits.new_layer(plan, 2, "conv"), (25,))


def test_the_output_layer_can_be_a_convolution_of_ones_own() -> None:
    recipe = Recipe(network=CONV)
    output = network_plan(recipe, DIGIT).layers[-1]
    own_conv = edits.with_layer(recipe, output, "kernel", 5)
    assert isinstance(own_conv.network.output_layer, ConvTransposeSpec)
    assert own_conv.network.output_layer.kernel == 5
    output = network_plan(own_conv, DIGIT).layers[-1]
    other = edits.with_layer(own_conv, output, "kind", "conv")
    assert other.network.output_layer == ConvSpec(channels=1)
    assert edits.with_layer(other, output, "kind", "auto") == recipe


def test_a_discriminator_of_its_own_begins_as_the_encoder() -> None:
    recipe = Recipe(network=CONV, gan=GanSpec())
    own_judge = edits.with_own_discriminator(recipe, True, DIGIT)
    assert own_judge.gan is not None
    assert own_judge.gan.discriminator == CONV.encoder
    assert own_judge.network.decoder is not None
    back = edits.with_own_discriminator(own_judge, False, DIGIT)
    assert back.gan == GanSpec()


def test_a_value_outside_of_its_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        with_value(Recipe(), "training.optimizer.learning_rate", 0.0)


def test_what_is_absent_has_no_value() -> None:
    assert value_at(Recipe(), "classifier.frozen") is None
    assert edits.layers_at(Recipe(), "gan.discriminator") == ()
    assert prod(IMAGE) == sizes(Recipe(network=NetworkSpec(latent=LatentSpec(units=4))))[-1]


def test_numbers_that_were_edited_are_named_and_nothing_else_is_a_number() -> None:
    before = with_values(Recipe(), {"data.corruption.level": 0.125, "seed": 3})
    rate = with_value(before, "training.optimizer.learning_rate", 0.5)
    assert numbers_edited(before, rate) == frozenset({"training.optimizer.learning_rate"})
    both = with_values(rate, {"data.corruption.level": 0.25, "seed": 7})
    assert numbers_edited(rate, both) == frozenset({"data.corruption.level", "seed"})
    assert numbers_edited(before, before) == frozenset()
    for path, value in (("training.optimizer.name", "sgd"), ("training.batch_size", 8)):
        assert numbers_edited(before, with_value(rate, path, value)) is None


@pytest.mark.parametrize(("before", "now"), [(0.0, 0.1), (0.1, 0.0)])
def test_a_weight_that_is_switched_on_or_off_is_more_than_a_number(
    before: float, now: float
) -> None:
    recipe = with_value(Recipe(), "training.l2", before)
    assert numbers_edited(recipe, with_value(recipe, "training.l2", now)) is None


def test_values_that_only_go_together_are_edited_together() -> None:
    wide = with_values(Recipe(), {"data.corruption.kind": "gaussian", "data.corruption.level": 3.0})
    narrow = with_values(wide, {"data.corruption.level": 0.5, "data.corruption.kind": "flip"})
    assert narrow.data.corruption.level == 0.5
    with pytest.raises(ValidationError, match="share"):
        with_value(wide, "data.corruption.kind", "flip")
    assert narrow == Recipe.model_validate(narrow.model_dump())
