from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from aegui.core.data.dataset import Dataset
from aegui.core.i18n import set_language
from aegui.core.network.plan import discriminator_plan, network_plan
from aegui.core.network.presets import PRESETS
from aegui.core.recipe import ConvSpec, GanSpec, LatentSpec, NetworkSpec, Recipe
from aegui.core.recipe.layers import LAYERS
from aegui.features.builder.view.menus import AddMenu
from aegui.widgets.form.fields import CountField, OptionalCountField, SidesField
from tests.features.builder.view.bench import CONTROL, Bench, number, unfold

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def conv(studio: Bench) -> ConvSpec:
    """Return the first layer, a convolution."""
    layer = studio.recipe.network.encoder[0]
    assert isinstance(layer, ConvSpec)
    return layer


def test_cards_of_a_mixed_network_show_shapes_and_kinds(studio: Bench) -> None:
    assert [card.state().shape for card in studio.cards[:6]] == [
        "1×28×28",
        "1×28×28 → 16×14×14",
        "16×14×14 → 16×14×14",
        "16×14×14 → 16×7×7",
        "784 → 20",
        "20 → 2",
    ]
    headings = [card.state().planned.heading(with_kind=True) for card in studio.cards[:6]]
    assert headings[1:] == ["1. Convolution", "2. Batch norm", "3. Max pooling", "4. Dense", "Code"]
    assert studio.cards[1].accessibleName().startswith("Encoder 1, Convolution, 1×28×28 →")
    assert "16 channels, kernel 3, stride 2, padding 1" in studio.cards[1].accessibleName()


def test_large_sizes_have_their_thousands_apart(studio: Bench) -> None:
    units = studio.cards[4].fields["units"]
    assert isinstance(units, CountField)
    units.setValue(12288)
    assert studio.cards[4].state().shape == "784 → 12,288"
    set_language("es")
    assert studio.cards[5].state().shape == "12.288 → 2"


@pytest.mark.parametrize(
    ("card", "field", "value", "index"),
    [
        (1, "channels", 8, 0),
        (1, "kernel", 5, 0),
        (1, "stride", 1, 0),
        (1, "padding", 2, 0),
        (3, "size", 7, 2),
    ],
)
def test_every_number_of_a_layer_is_edited_on_its_card(
    studio: Bench, card: int, field: str, value: int, index: int
) -> None:
    editor = studio.cards[card].fields[field]
    assert isinstance(editor, CountField)
    editor.setValue(value)
    assert getattr(studio.recipe.network.encoder[index], field) == value
    assert studio.texts == [f"Encoder {index + 1}: {field}"]


def test_choices_of_a_layer_are_edited_on_its_card(studio: Bench) -> None:
    kind = studio.cards[3].fields["kind"]
    kind.setFocus()
    QTest.keyClick(kind, Qt.Key.Key_Down)
    assert studio.recipe.network.encoder[2].kind == "avg_pool"
    assert studio.cards[3].state().planned.heading(with_kind=True) == "3. Average pooling"


def test_a_kernel_that_is_not_square_is_typed_on_its_card(studio: Bench) -> None:
    card = studio.cards[1]
    unfold(card)
    kernel = card.fields["kernel"]
    assert isinstance(kernel, SidesField)
    kernel.selectAll()
    QTest.keyClicks(kernel, "1x2")
    QTest.keyClick(kernel, Qt.Key.Key_Return)
    assert conv(studio).kernel == (1, 2)
    assert kernel.text() == "1×2"
    assert "kernel 1×2, stride 2, padding same" in card.accessibleName()
    assert card.body.more is not None
    assert card.body.more.text() == "1×2 /2"
    kernel.stepUp()
    assert conv(studio).kernel == (2, 3)
    padding = card.fields["padding"]
    assert isinstance(padding, SidesField)
    padding.selectAll()
    QTest.keyClicks(padding, "0x1")
    QTest.keyClick(padding, Qt.Key.Key_Return)
    assert conv(studio).padding == (0, 1)
    padding.stepDown()
    assert conv(studio).padding == (0, 1)
    assert "padding 0×1" in card.accessibleName()


def test_padding_can_be_automatic_again(studio: Bench) -> None:
    unfold(studio.cards[1])
    padding = studio.cards[1].fields["padding"]
    assert isinstance(padding, OptionalCountField)
    assert padding.text() == "auto"
    padding.stepUp()
    assert conv(studio).padding == 0
    padding.stepDown()
    assert conv(studio).padding is None


def test_the_menu_offers_what_fits_and_says_why_not(studio: Bench) -> None:
    chain = studio.panel.chain
    chain.gaps[4].click()
    assert chain.menu is not None
    by_kind = {action.data(): action for action in chain.menu.actions() if action.data()}
    assert set(by_kind) == set(LAYERS)
    assert not by_kind["conv"].isEnabled()
    assert "Reshape" in chain.menu.line("conv")
    assert by_kind["dense"].isEnabled()
    chain.menu.close()
    studio.add(0, "conv_transpose")
    assert studio.recipe.network.encoder[0].kind == "conv_transpose"
    assert studio.cards[1].hasFocus()


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 64, 64), (1, 256, 256)])
def test_every_gap_of_every_network_to_start_from_opens_its_menu(
    qtbot: QtBot, shape: tuple[int, ...]
) -> None:
    opened = 0
    for preset in PRESETS:
        if preset.reason(shape):
            continue
        recipe = Recipe(network=preset.make(shape, 2), gan=GanSpec())
        plans = [
            network_plan(recipe.model_copy(update={"gan": None}), shape),
            network_plan(recipe, shape),
            discriminator_plan(recipe, shape, 10),
        ]
        for plan in plans:
            for gap, slot in enumerate(plan.slots):
                if slot is None:
                    continue
                menu = AddMenu(plan, gap)
                qtbot.addWidget(menu)
                assert any(action.data() and action.isEnabled() for action in menu.actions())
                opened += 1
    assert opened


def test_a_convolution_below_a_dense_layer_of_many_units_says_what_is_missing(
    studio: Bench,
) -> None:
    network = next(preset for preset in PRESETS if preset.key == "gan-conv").make((1, 28, 28), 2)
    studio.show(Recipe(network=network, gan=GanSpec()))
    chain = studio.panel.chain
    assert chain.cards[1].state().shape == "64 → 6,272"
    chain.gaps[1].click()
    assert chain.menu is not None
    assert "Reshape" in chain.menu.line("conv")
    chain.menu.close()


def test_a_problem_is_told_on_its_card_and_the_others_stay(studio: Bench) -> None:
    number(studio.cards[3], "size").setValue(20)
    assert "20x20 are larger than the image of 14x14" in studio.cards[3].problem.text()
    assert studio.cards[3].state().shape == "16×14×14 → ?"
    assert [card.state().planned.name for card in studio.cards][3:6] == [
        "Encoder 3",
        "Encoder 4",
        "Code",
    ]


def test_mirrored_convolutions_follow_and_become_layers_of_their_own(studio: Bench) -> None:
    mirrored = [card for card in studio.cards if card.kind == "mirrored"]
    assert len(mirrored) == 3
    assert not any(card.remove.isVisible() or card.fields for card in mirrored)
    gap = studio.panel.chain.gaps[6]
    assert not gap.isEnabled()
    assert "Mirrored decoder" in gap.toolTip()
    before = [card.state().shape for card in studio.cards]
    studio.panel.mirror.click()
    assert [card.state().shape for card in studio.cards] == before
    assert not any(card.kind == "mirrored" for card in studio.cards)
    assert gap.isEnabled() or studio.panel.chain.gaps[6].isEnabled()


def test_a_convolution_is_dragged_with_the_keys(studio: Bench) -> None:
    studio.focus(1)
    studio.press(Qt.Key.Key_Down, CONTROL)
    assert [layer.kind for layer in studio.recipe.network.encoder][:2] == ["batch_norm", "conv"]
    assert studio.cards[2].hasFocus()


def test_tied_weights_are_a_tick_that_goes_with_the_mirror(studio: Bench) -> None:
    total = studio.panel._total.text()
    studio.panel.tied.click()
    assert studio.recipe.network.tied
    assert studio.panel._total.text() != total
    studio.panel.mirror.click()
    assert not studio.recipe.network.tied
    assert not studio.panel.tied.isVisible()


@pytest.mark.parametrize("width", [300, 420])
def test_nothing_of_a_long_convolutional_network_is_cut_off(studio: Bench, width: int) -> None:
    network = next(preset for preset in PRESETS if preset.key == "conv-deep").make((3, 64, 64), 2)
    studio.data = Dataset.from_images("big", np.zeros((2, 3, 64, 64)))
    studio.show(Recipe(network=network))
    studio.panel.resize(width, 700)
    QApplication.processEvents()
    for card in studio.cards:
        unfold(card)
    QApplication.processEvents()
    for card in studio.cards:
        for part in (card, *(c for c in card.findChildren(QWidget) if c.isVisible())):
            layout = part.layout()
            assert layout is None or layout.minimumSize().width() <= part.width(), card.kind


def test_a_number_with_many_digits_is_seen_whole_on_its_card(studio: Bench) -> None:
    latent = LatentSpec(kind="gaussian", units=100_000, beta=0.00875, free_bits=0.0625)
    studio.show(Recipe(network=NetworkSpec(encoder=(), latent=latent)))
    studio.panel.resize(300, 700)
    card = studio.cards[1]
    unfold(card)
    QApplication.processEvents()
    for name in ("units", "beta", "free_bits"):
        field = number(card, name)
        text = field.fontMetrics().horizontalAdvance(field.text())
        assert text < field.lineEdit().width(), name
