from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import LayerSpec, NetworkSpec, Recipe
from aegui.core.recipe.edits import with_value
from aegui.features.builder.view.band import band_edges
from aegui.widgets.form.fields import ChoiceField
from tests.features.builder.view.bench import CONTROL, Bench, number, unfold
from tests.features.builder.view.desk import OWN_DECODER

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.builder.view.card import LayerCard

LEFT = Qt.MouseButton.LeftButton


def explicit_decoder(bench: Bench) -> None:
    bench.show(Recipe(network=OWN_DECODER))


def test_the_chain_shows_the_network(bench: Bench) -> None:
    assert bench.titles == [
        "Input",
        "Encoder 1",
        "Encoder 2",
        "Code",
        "Decoder 1",
        "Decoder 2",
        "Output",
    ]
    assert [card.state().shape for card in bench.cards] == [
        "35",
        "35 → 25",
        "25 → 10",
        "10 → 2",
        "2 → 10",
        "10 → 25",
        "25 → 35",
    ]
    assert bench.cards[0].state().details[0] == "5 × 7, 32 samples"


def test_the_input_keeps_its_title_where_room_is_short(bench: Bench) -> None:
    card = bench.cards[0]
    state = replace(card.state(), details=("64 × 64 × 3, 1,861 samples", "1,861 samples"))
    card.set_state(state)
    card.resize(480, card.height())
    assert card._detail.text() == "64 × 64 × 3, 1,861 samples"
    card.resize(290, card.height())
    assert card._detail.text() == "1,861 samples"
    card.resize(140, card.height())
    assert card._detail.isHidden()


def test_the_code_is_the_waist_of_the_hourglass(bench: Bench) -> None:
    shares = [card.state().share for card in bench.cards]
    assert shares[:4] == sorted(shares[:4], reverse=True)
    assert shares[3:] == sorted(shares[3:])
    assert shares[3] < 0.5 * shares[2] * 1.1


def test_units_typed_on_a_card_change_the_network(bench: Bench) -> None:
    bench.focus(1)
    bench.press(Qt.Key.Key_4)
    bench.press(Qt.Key.Key_0)
    bench.press(Qt.Key.Key_Return)
    assert bench.sizes == (40, 10, 2, 10, 40, 35)
    assert bench.texts == ["Encoder 1: units"]
    assert bench.cards[1].fields["units"].hasFocus()
    bench.press(Qt.Key.Key_Escape)
    assert bench.cards[1].hasFocus()


def test_an_edit_changes_the_twin_of_a_mirrored_layer(bench: Bench) -> None:
    number(bench.cards[5], "units").setValue(31)
    assert bench.sizes == (31, 10, 2, 10, 31, 35)
    assert number(bench.cards[1], "units").value() == 31


def test_a_problem_that_can_be_solved_has_its_button_on_the_card(bench: Bench) -> None:
    bench.cards[6].fields["activation"].setFocus()
    bench.press(Qt.Key.Key_Home)
    assert bench.recipe.network.output_activation == "identity"
    button = bench.cards[6].problem.remedy
    assert button is not None
    assert button.isVisible()
    assert button.text() == "Use Sigmoid for the output"
    bench.panel.set_enabled_while_training(False)
    assert not button.isEnabled()
    bench.panel.set_enabled_while_training(True)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.recipe.network.output_activation == "sigmoid"
    assert not button.isVisible()


def test_the_activation_is_chosen_on_the_card(bench: Bench) -> None:
    bench.cards[6].fields["activation"].setFocus()
    bench.press(Qt.Key.Key_Home)
    assert bench.recipe.network.output_activation == "identity"
    assert "Sigmoid" in bench.cards[6].problem.text()
    activation = bench.cards[6].fields["activation"]
    assert isinstance(activation, ChoiceField)
    assert activation.value() == "identity"
    assert "Binary cross-entropy" in bench.cards[6].accessibleName()


def test_slope_and_dropout_are_behind_a_button(bench: Bench) -> None:
    card = bench.cards[2]
    assert not card.fields["slope"].isVisible()
    assert card.body.more is not None
    QTest.mouseClick(card.body.more, LEFT)
    assert card.fields["slope"].isVisible()
    number(card, "slope").stepUp()
    number(card, "dropout").stepUp()
    layer = bench.recipe.network.encoder[1]
    assert isinstance(layer, LayerSpec)
    assert (layer.slope, layer.dropout) == (2.0, 0.05)
    assert "dropout" not in bench.cards[6].fields


def test_arrows_walk_from_card_to_card(bench: Bench) -> None:
    bench.focus(0)
    for _ in range(9):
        bench.press(Qt.Key.Key_Down)
    assert bench.cards[6].hasFocus()
    bench.press(Qt.Key.Key_Up)
    assert bench.cards[5].hasFocus()


def test_tab_goes_through_the_fields_of_a_card_to_the_next(bench: Bench) -> None:
    card = bench.focus(1)
    seen = []
    for _ in range(4):
        bench.press(Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen == [card.fields["units"], card.fields["activation"], card.body.more, bench.cards[2]]


def test_delete_removes_and_the_focus_stays_near(bench: Bench) -> None:
    explicit_decoder(bench)
    bench.focus(1)
    bench.press(Qt.Key.Key_Delete)
    assert bench.sizes == (10, 2, 12, 30, 35)
    assert bench.cards[1].hasFocus()
    assert bench.texts == ["Remove Encoder 1: 35-10-2-12-30-35"]


@pytest.mark.parametrize("typed", [2, 4])
def test_a_layer_is_removed_while_its_units_are_being_typed(bench: Bench, typed: int) -> None:
    """On its own card, or on that of its mirror layer."""
    field = number(bench.cards[typed], "units")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7")
    # As by a screen reader: the field keeps the focus until its card is deleted.
    bench.cards[2].remove.click()
    assert bench.sizes == (25, 2, 25, 35)
    assert [text for text in bench.texts if "units" in text] == []


def test_input_code_and_output_cannot_be_removed(bench: Bench) -> None:
    for index in (0, 3, 6):
        bench.focus(index)
        bench.press(Qt.Key.Key_Delete)
        assert not bench.cards[index].remove.isVisible()
    assert bench.texts == []


@pytest.mark.parametrize("keys", [[Qt.Key.Key_Insert, Qt.Key.Key_Return], [Qt.Key.Key_Plus]])
def test_keys_add_a_layer_after_the_card(bench: Bench, keys: list[Qt.Key]) -> None:
    explicit_decoder(bench)
    card = bench.focus(4)
    QTest.keyClick(card, keys[0])
    for key in keys[1:]:
        assert bench.panel.chain.menu is not None
        QTest.keyClick(bench.panel.chain.menu, key)
    assert bench.sizes == (25, 10, 2, 12, 19, 30, 35)
    assert bench.cards[5].hasFocus()


def test_each_plus_adds_a_layer_at_its_place(bench: Bench) -> None:
    for index in range(6):
        explicit_decoder(bench)
        before = bench.sizes
        bench.add(index)
        assert len(bench.sizes) == len(before) + 1
        without = bench.sizes[:index] + bench.sizes[index + 1 :]
        assert without == before
        assert bench.cards[index + 1].hasFocus()


def test_a_mirrored_addition_adds_on_both_sides(bench: Bench) -> None:
    bench.add(4)
    assert bench.sizes == (25, 16, 10, 2, 10, 16, 25, 35)
    assert bench.cards[6].hasFocus()
    assert len(bench.panel.chain.gaps) == 8


def test_control_and_arrows_move_a_layer_and_keep_the_focus(bench: Bench) -> None:
    explicit_decoder(bench)
    bench.focus(1)
    bench.press(Qt.Key.Key_Down, CONTROL)
    assert bench.sizes == (10, 25, 2, 12, 30, 35)
    assert bench.cards[2].hasFocus()
    bench.press(Qt.Key.Key_Down, CONTROL)
    assert bench.sizes == (10, 2, 25, 12, 30, 35)
    bench.press(Qt.Key.Key_Up, CONTROL)
    bench.press(Qt.Key.Key_Up, CONTROL)
    assert bench.recipe.network == OWN_DECODER


def drag_grip(card: LayerCard, target: QPoint, *, release: bool = True) -> None:
    grip = card.grip
    start = grip.rect().center()
    QTest.mousePress(grip, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(grip, start + QPoint(0, 30))
    end = grip.mapFromGlobal(target)
    QTest.mouseMove(grip, end)
    if release:
        QTest.mouseRelease(grip, LEFT, Qt.KeyboardModifier.NoModifier, end)


def test_a_card_is_dragged_to_another_place(bench: Bench) -> None:
    explicit_decoder(bench)
    gap = bench.panel.chain.gaps[4]
    drag_grip(bench.cards[1], gap.mapToGlobal(gap.rect().center()), release=False)
    assert [g.is_target for g in bench.panel.chain.gaps].index(True) == 4
    grip = bench.cards[1].grip
    QTest.mouseRelease(grip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    assert bench.sizes == (10, 2, 12, 25, 30, 35)
    assert not any(g.is_target for g in bench.panel.chain.gaps)
    assert bench.texts == ["Move Encoder 1"]


def test_escape_calls_a_drag_off(bench: Bench) -> None:
    explicit_decoder(bench)
    gap = bench.panel.chain.gaps[4]
    drag_grip(bench.cards[1], gap.mapToGlobal(gap.rect().center()), release=False)
    bench.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(bench.cards[1].grip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    assert bench.texts == []


def test_a_card_that_is_removed_while_it_is_dragged_leaves_nothing_behind(bench: Bench) -> None:
    explicit_decoder(bench)
    before = bench.recipe
    bench.add(0)
    chain = bench.panel.chain
    gap = chain.gaps[4]
    drag_grip(bench.cards[1], gap.mapToGlobal(gap.rect().center()), release=False)
    assert any(gap.is_target for gap in chain.gaps)
    bench.show(before)
    assert not any(gap.is_target for gap in chain.gaps)
    assert chain._ghost is None


def test_pulling_a_side_of_the_hourglass_changes_the_units(bench: Bench) -> None:
    card = bench.cards[2]
    _, right = band_edges(card.width(), card.state().share)
    _, full = band_edges(card.width(), 1.0)
    planned = QPoint(round(right), 12)
    QTest.mouseMove(card, planned)
    assert card.cursor().shape() is Qt.CursorShape.SizeHorCursor
    QTest.mousePress(card, LEFT, Qt.KeyboardModifier.NoModifier, planned)
    QTest.mouseMove(card, QPoint(round(full), 12))
    QTest.mouseRelease(card, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(full), 12))
    assert abs(bench.sizes[1] - 35) <= 1
    count = len(bench.texts)
    QTest.mouseMove(card, QPoint(round(right) - 30, 12))
    assert len(bench.texts) == count


def test_a_state_from_outside_keeps_a_field_that_is_being_typed_in(bench: Bench) -> None:
    units = number(bench.cards[1], "units")
    units.setFocus()
    units.selectAll()
    QTest.keyClicks(units, "12")
    units.lineEdit().setCursorPosition(1)
    bench.show(bench.recipe.model_copy(update={"notes": "x"}))
    assert units.hasFocus()
    assert (units.lineEdit().text(), units.lineEdit().cursorPosition()) == ("12", 1)


def test_an_edit_on_a_card_keeps_a_number_that_was_edited_elsewhere(bench: Bench) -> None:
    bench.show(with_value(bench.recipe, "training.optimizer.learning_rate", 0.25))
    bench.show(with_value(bench.recipe, "training.epochs", 77))
    bench.focus(1)
    bench.press(Qt.Key.Key_4)
    bench.press(Qt.Key.Key_0)
    bench.press(Qt.Key.Key_Return)
    assert bench.sizes == (40, 10, 2, 10, 40, 35)
    assert bench.recipe.training.optimizer.learning_rate == 0.25
    assert bench.recipe.training.epochs == 77


def test_cards_survive_edits_and_unfolded_details_go_with_their_layer(bench: Bench) -> None:
    explicit_decoder(bench)
    cards = list(bench.cards)
    unfold(bench.cards[2])
    bench.add(0)
    assert [card in bench.cards for card in cards] == [True] * 7
    unfolded = [card.body.more is not None and card.body.more.isChecked() for card in bench.cards]
    assert unfolded.index(True) == 3
    bench.show(Recipe(network=OWN_DECODER))
    assert bench.cards == cards


def test_the_mirror_is_a_tick(bench: Bench) -> None:
    assert bench.panel.mirror.isChecked()
    bench.panel.mirror.click()
    assert bench.recipe.network.decoder is not None
    number(bench.cards[4], "units").setValue(11)
    assert bench.sizes == (25, 10, 2, 11, 25, 35)
    bench.panel.mirror.click()
    assert bench.recipe == Recipe()


def test_a_network_without_hidden_layers_can_be_built_and_grown(bench: Bench) -> None:
    bench.show(Recipe(network=NetworkSpec(encoder=())))
    assert bench.titles == ["Input", "Code", "Output"]
    bench.add(1)
    assert bench.sizes == (8, 2, 8, 35)
    assert bench.titles[3] == "Decoder 1"
    assert bench.cards[3].hasFocus()


def test_the_recipe_is_named_and_the_gallery_is_beside_it(bench: Bench) -> None:
    assert bench.panel.preset.text() == "Own recipe"
    bench.panel.set_preset("Small")
    assert bench.panel.preset.text() == "Small"
    assert bench.panel.gallery.isEnabled()
    bench.panel.set_enabled_while_training(False)
    assert not bench.panel.gallery.isEnabled()


def test_undo_and_redo_are_buttons_that_say_what(bench: Bench) -> None:
    assert not bench.panel.undo.isEnabled()
    bench.panel.set_undo_state(True, False, "Code: units")
    assert bench.panel.undo.toolTip() == "Undo: Code: units"
    assert bench.panel.undo.isEnabled()
    assert not bench.panel.redo.isEnabled()


def test_a_locked_builder_edits_nothing_and_says_why(bench: Bench) -> None:
    bench.panel.set_enabled_while_training(False)
    bench.focus(1)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Insert, Qt.Key.Key_5):
        bench.press(key)
    bench.panel.chain.gaps[0].click()
    assert bench.texts == []
    assert not bench.cards[1].fields["units"].isEnabled()
    bench.press(Qt.Key.Key_Down)
    assert bench.cards[2].hasFocus()
    bench.panel.set_enabled_while_training(True)
    assert bench.cards[1].fields["units"].isEnabled()


def test_too_many_parameters_are_told_on_the_layer_that_has_them(bench: Bench) -> None:
    number(bench.cards[1], "units").setValue(60_000)
    number(bench.cards[2], "units").setValue(60_000)
    assert "fewer units" in bench.cards[2].problem.text()
    assert bench.cards[4].problem.text() == ""


def test_nothing_is_cut_off_in_a_narrow_dock(bench: Bench, qtbot: QtBot) -> None:
    bench.show(Recipe(network=NetworkSpec(encoder=(LayerSpec(units=50_000, dropout=0.125),) * 11)))
    bench.panel.resize(300, 760)
    assert bench.panel.width() == 300
    card = bench.cards[11]
    qtbot.waitUntil(lambda: card.width() < 290)
    for part in (card, *(c for c in card.findChildren(QWidget) if c.isVisible())):
        layout = part.layout()
        assert layout is None or layout.minimumSize().width() <= part.width()
    assert card.accessibleName().startswith("Encoder 11, 50,000 → 50,000")


def test_every_card_says_what_it_is(bench: Bench) -> None:
    assert bench.cards[1].accessibleName() == "Encoder 1, 35 → 25, Tanh"
    assert bench.cards[1].fields["units"].accessibleName() == "Encoder 1: units"
    assert bench.panel.chain.gaps[0].accessibleName() == "Add a layer between Input and Encoder 1"


def test_the_sizes_of_a_long_chain_break_into_lines(bench: Bench, qtbot: QtBot) -> None:
    wide = tuple(LayerSpec(units=1000) for _ in range(5))
    bench.show(Recipe(network=NetworkSpec(encoder=wide)))
    bench.panel.resize(300, 700)
    QApplication.processEvents()
    sizes, total = bench.panel._sizes, bench.panel._total
    assert sizes.text().replace("\u200b", "").startswith("35-1000-1000-")
    assert sizes.height() > 1.5 * sizes.fontMetrics().height()
    assert not sizes.geometry().intersects(total.geometry())


def test_many_samples_in_one_batch_are_cautioned_and_a_network_brings_batches(
    bench: Bench,
) -> None:
    bench.show(bench.recipe)
    assert not bench.panel.caution.isVisible()
    bench.data = Dataset.from_images("many", np.zeros((5_000, 28, 28)))
    bench.show(bench.recipe)
    assert bench.panel.caution.isVisible()
    assert "All 5,000 samples are one batch" in bench.panel.caution.text()
    bench.panel.networks.chosen.emit("vae-512")
    assert bench.recipe.network.latent.kind == "gaussian"
    assert bench.recipe.training.batch_size == 128
    assert not bench.panel.caution.isVisible()


def test_the_strip_of_edits_ends_where_the_rows_below_it_end(bench: Bench) -> None:
    panel = bench.panel
    panel.edited.show()
    QApplication.sendPostedEvents()
    assert panel.edited.geometry().right() == panel.networks_button.geometry().right()
