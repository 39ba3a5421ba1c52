from __future__ import annotations

from aegui.core.recipe import ConvSpec, Recipe
from aegui.widgets.form.fields import ChoiceField
from tests.features.builder.view.bench import CONV, Bench, number, unfold


def choose_kind(bench: Bench, key: str) -> None:
    kind = bench.panel.kind
    kind.setCurrentIndex(kind.findData(key))
    kind.activated.emit(kind.currentIndex())


def test_a_kind_sets_the_parts_of_the_recipe(studio: Bench) -> None:
    choose_kind(studio, "variational")
    assert studio.recipe.network.latent.kind == "gaussian"
    assert studio.texts == ["Kind of model: Variational"]
    assert studio.panel.kind.value() == "variational"
    code = studio.cards[5]
    assert code.fields["beta"].isEnabled()
    choose_kind(studio, "autoencoder")
    assert studio.recipe == Recipe(network=CONV)


def test_the_code_is_edited_as_gaussian_or_plain(bench: Bench) -> None:
    code = bench.cards[3]
    unfold(code)
    assert code.fields["top_k"].isVisible()
    assert not code.fields["beta"].isVisible()
    kind = code.fields["kind"]
    assert isinstance(kind, ChoiceField)
    kind.setCurrentIndex(1)
    kind.activated.emit(1)
    assert bench.panel.kind.value() == "variational"
    assert code.fields["beta"].isVisible()
    assert not code.fields["top_k"].isVisible()
    number(code, "beta").setValue(4)
    assert bench.recipe.network.latent.beta == 4.0


def test_a_classifier_has_layers_of_its_own_below_the_network(studio: Bench) -> None:
    choose_kind(studio, "classifier")
    assert studio.panel.head is not None
    head = studio.panel.head.chain
    assert [card.state().shape for card in head.cards] == ["2", "2 → 2"]
    head.gaps[0].click()
    assert head.menu is not None
    head.menu.chosen.emit("dense")
    head.menu.close()
    assert studio.recipe.classifier is not None
    assert len(studio.recipe.classifier.hidden) == 1
    assert [card.state().planned.name for card in head.cards] == ["Code", "Layer 1", "Classes"]
    assert head.cards[1].hasFocus()
    choose_kind(studio, "autoencoder")
    assert not studio.panel.head.isVisible()


def test_a_gan_shows_generator_and_discriminator(studio: Bench) -> None:
    choose_kind(studio, "gan")
    assert studio.titles[0] == "Noise"
    assert studio.cards[0].state().shape == "2"
    assert studio.panel.discriminator is not None
    judge = studio.panel.discriminator.chain
    assert [card.state().planned.name for card in judge.cards][-2:] == ["Layer 4", "Real or not"]
    number(judge.cards[1], "channels").setValue(24)
    first = studio.recipe.network.encoder[0]
    assert isinstance(first, ConvSpec)
    assert first.channels == 24
    studio.panel.own_discriminator.click()
    assert studio.recipe.gan is not None
    assert studio.recipe.gan.discriminator == studio.recipe.network.encoder
    number(judge.cards[1], "channels").setValue(12)
    first = studio.recipe.network.encoder[0]
    assert isinstance(first, ConvSpec)
    assert first.channels == 24


def test_a_network_of_the_menu_replaces_only_the_network(studio: Bench) -> None:
    before = studio.recipe
    actions = {action.data(): action for action in studio.panel.networks.actions()}
    assert actions["hinton-30"].isEnabled()
    assert not actions["conv-vae"].isEnabled()
    assert "multiples of 16" in studio.panel.networks.line("conv-vae")
    actions["hinton-30"].trigger()
    assert studio.sizes == (1000, 500, 250, 30, 250, 500, 1000, 784)
    assert studio.recipe.training == before.training
    assert studio.texts == ["Network: 784-1000-500-250-30-250-500-1000-784"]
