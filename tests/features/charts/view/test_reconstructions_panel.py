"""The reconstructions: order, colours, reflow with the width, mouse and keys, and speed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.kit.marks import ElidedLabel
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import ImageStyle, grey_levels
from aegui.session.pixels.answers import Reconstructions
from tests.features.drawing.view.samples import LABELS, glyphs
from tests.widgets.drags import caught_drags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from pytestqt.qtbot import QtBot

WRONG = np.array([0, 3, 1, 0, 7, 1, 0, 0])


@pytest.fixture
def panel(qtbot: QtBot) -> ReconstructionsPanel:
    panel = ReconstructionsPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 200)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def rows_of(
    labels: Sequence[str],
    original: NDArray[np.float32],
    corrupted: NDArray[np.float32] | None,
    output: NDArray[np.float32],
    wrong: ArrayLike | None,
    indices: Sequence[int] | None = None,
    error: ArrayLike | None = None,
) -> Reconstructions:
    """Return reconstructions as measured, worst first."""
    bad = np.asarray(wrong if wrong is not None else error)
    order = np.argsort(-bad, kind="stable")
    places = np.arange(len(labels)) if indices is None else np.asarray(indices)
    return Reconstructions(
        indices=places[order],
        labels=tuple(labels[place] for place in order.tolist()),
        original=grey_levels(original[order]),
        corrupted=None if corrupted is None else grey_levels(corrupted[order]),
        output=grey_levels(output[order]),
        wrong=None if wrong is None else bad[order],
        error=np.zeros(len(bad)) if error is None else np.asarray(error)[order],
        epoch=1,
        measured=len(bad),
        total=len(bad) if wrong is not None else 3 * len(bad),
        perfect=None if wrong is None else int(np.count_nonzero(bad == 0)),
        worst=float(bad.max()),
        mean=float(bad.mean()),
    )


def fill(panel: ReconstructionsPanel, *, noise: bool = True) -> None:
    images = glyphs()
    panel.set_rows(rows_of(LABELS, images, 1.0 - images if noise else None, images * 0.5, WRONG))


def test_it_explains_itself_when_empty(panel: ReconstructionsPanel) -> None:
    empty = panel.grab().toImage()
    assert panel.summary == ""
    fill(panel)
    assert panel.grab().toImage() != empty
    panel.clear("Nothing yet.")
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton)


def test_the_worst_come_first_and_ties_keep_their_order(panel: ReconstructionsPanel) -> None:
    fill(panel)
    assert [panel.view.text_of(place) for place in range(8)] == [
        "d: 7 wrong pixels",
        "a: 3 wrong pixels",
        "b: 1 wrong pixel",
        "e: 1 wrong pixel",
        "space: 0 wrong pixels",
        "c: 0 wrong pixels",
        "f: 0 wrong pixels",
        "DEL: 0 wrong pixels",
    ]
    assert panel.summary == "4 of 8 perfect · worst: 7 wrong pixels · original, noisy, answer"


def test_samples_held_out_are_marked_and_have_a_mean_of_their_own(
    panel: ReconstructionsPanel,
) -> None:
    images = glyphs()
    rows = rows_of(LABELS, images, None, images * 0.5, WRONG)
    kept = np.isin(rows.indices, [1, 4])
    told = replace(rows, held_out=kept, means={"learnt": 0.333, "held_out": 5.0})
    panel.set_rows(told)
    assert panel.summary.startswith("learnt: 0.33 wrong pixels · held out (◦): 5.00 · ")
    said = [panel.view.text_of(place) for place in range(len(LABELS))]
    assert [text.endswith(", held out") for text in said] == kept.tolist()
    plain = panel.view.grab().toImage()
    panel.set_rows(replace(told, held_out=None))
    assert panel.view.grab().toImage() != plain


@pytest.mark.parametrize("noise", [True, False])
def test_each_group_shows_its_images_from_left_to_right(
    panel: ReconstructionsPanel, noise: bool
) -> None:
    fill(panel, noise=noise)
    view, theme = panel.view, current_theme()
    shot = view.viewport().grab().toImage()
    rect = view.cell_rect(1)
    images = [glyphs()[1], 1.0 - glyphs()[1], glyphs()[1] * 0.5]
    shown = images if noise else [images[0], images[2]]
    scale = rect.width() // (len(shown) * 5 + len(shown) - 1)
    for number, image in enumerate(shown):
        for row in range(7):
            for column in range(5):
                x = rect.x() + (number * 6 + column) * scale + scale // 2
                colour = shot.pixelColor(x, rect.y() + row * scale + scale // 2)
                value = float(image[row, column])
                if value in {0.0, 1.0}:
                    assert colour == (theme.pixel_on if value else theme.pixel_off)
                else:
                    assert colour not in (theme.pixel_on, theme.pixel_off)


def test_a_click_tells_which_sample(panel: ReconstructionsPanel, qtbot: QtBot) -> None:
    fill(panel)
    for place, index in enumerate([4, 1, 2, 5, 0, 3, 6, 7]):
        with qtbot.waitSignal(panel.view.sample_activated) as blocker:
            QTest.mouseClick(
                panel.view.viewport(),
                Qt.MouseButton.LeftButton,
                pos=panel.view.cell_rect(place).center(),
            )
        assert blocker.args == [index]


def test_places_in_the_set_are_told_when_given(panel: ReconstructionsPanel, qtbot: QtBot) -> None:
    images = glyphs(3)
    panel.set_rows(rows_of("abc", images, None, images, [2, 1, 0], indices=[30, 10, 20]))
    with qtbot.waitSignal(panel.view.sample_activated) as blocker:
        QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert blocker.args == [30]


def test_the_keyboard_walks_and_scrolls(panel: ReconstructionsPanel, qtbot: QtBot) -> None:
    images = glyphs(200)
    panel.set_rows(
        rows_of([str(i) for i in range(200)], images, None, images, np.zeros(200, dtype=int))
    )
    view = panel.view
    assert view.verticalScrollBar().maximum() > 0
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.current == 3
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current > 3
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.current == 199
    assert view.viewport().rect().contains(view.cell_rect(199))
    assert view.accessibleDescription() == "199: 0 wrong pixels"
    with qtbot.waitSignal(panel.view.sample_activated) as blocker:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert blocker.args == [199]
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.viewport().rect().contains(view.cell_rect(0))


def test_every_place_is_found_under_its_own_middle(panel: ReconstructionsPanel) -> None:
    fill(panel)
    for width, height in ((160, 120), (400, 200), (900, 80), (900, 600)):
        panel.resize(width, height)
        panel.grab()
        for place in range(8):
            assert panel.view.index_at(panel.view.cell_rect(place).center()) == place
        assert panel.view.index_at(panel.view.cell_rect(0).topLeft() * -1) is None


def test_the_layout_flows_with_the_width(panel: ReconstructionsPanel) -> None:
    images = glyphs(96)
    panel.set_rows(
        rows_of([chr(32 + i) for i in range(96)], images, images, images, np.arange(96) % 4)
    )
    tops = {}
    for width in (300, 900):
        panel.resize(width, 150)
        panel.grab()
        first = panel.view.cell_rect(0).top()
        tops[width] = sum(panel.view.cell_rect(place).top() == first for place in range(96))
    assert tops[900] > tops[300] > 1


def test_larger_where_there_is_room(panel: ReconstructionsPanel) -> None:
    fill(panel)
    panel.resize(300, 80)
    small = panel.view.cell_rect(0).width()
    panel.resize(900, 400)
    assert panel.view.cell_rect(0).width() > small


def test_a_film_has_all_of_them_wherever_it_is_scrolled(panel: ReconstructionsPanel) -> None:
    fill(panel)
    panel.resize(200, 80)
    bar = panel.view.verticalScrollBar()
    assert bar.maximum() > 0
    above = panel.filmed()
    assert above.height() > panel.height()
    bar.setValue(bar.maximum())
    assert panel.filmed() == above


@pytest.mark.parametrize("side", [1, 28, 64])
def test_any_size_of_image_is_shown(panel: ReconstructionsPanel, side: int) -> None:
    images = np.ones((4, side, side), dtype=np.float32)
    panel.set_rows(rows_of("abcd", images, images, images, np.zeros(4, dtype=int)))
    panel.grab()
    assert panel.view.cell_rect(0).width() >= 3 * side


def composed_places(panel: ReconstructionsPanel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the number of samples in each composition of the image."""
    counts: list[int] = []
    compose = panel.view._sheet

    def counted(layout: Any, places: range) -> Any:
        counts.append(len(places))
        return compose(layout, places)

    monkeypatch.setattr(panel.view, "_sheet", counted)
    return counts


def test_sixty_thousand_samples_cost_only_what_is_seen(
    panel: ReconstructionsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((60_000, 4, 4), dtype=np.float32)
    labels = ["x"] * 60_000
    panel.set_rows(rows_of(labels, images, None, images, np.zeros(60_000, dtype=int)))
    counts = composed_places(panel, monkeypatch)
    panel.view.verticalScrollBar().setValue(panel.view.verticalScrollBar().maximum())
    panel.grab()
    assert counts
    assert max(counts) < 1000


def test_unchanged_data_are_not_composed_again(
    panel: ReconstructionsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = glyphs(96)
    labels = [chr(32 + i) for i in range(96)]
    wrong = np.arange(96) % 4
    panel.resize(760, 250)
    panel.grab()
    counts = composed_places(panel, monkeypatch)
    for shown in range(1, 4):
        panel.set_rows(rows_of(labels, images, images, images, wrong))
        panel.view.viewport().repaint()
        assert len(counts) == shown
        panel.view.viewport().repaint()
        assert len(counts) == shown


@pytest.mark.parametrize("channels", [1, 3])
def test_images_tell_their_squared_error_and_keep_their_colours(
    panel: ReconstructionsPanel, channels: int
) -> None:
    images = np.full((5, channels, 16, 16), 0.2, np.float32)
    images[:, -1] = 0.6
    images = images[:, 0] if channels == 1 else images
    names = [f"picture {index}" for index in range(5)]
    error = [0.01, 0.2, 0.003, 0.0, 0.05]
    rows = rows_of(names, images, None, images, None, error=error)
    panel.set_rows(rows, ImageStyle(glyphs=False))
    assert panel.view.text_of(0) == "picture 1: mean squared error 0.200"
    assert panel.view.text_of(3) == "picture 2: mean squared error 0.0030"
    assert panel.summary == (
        "mean squared error 0.0526 · worst: 0.200 · 5 of 15 samples measured · original, answer"
    )
    corner = panel.view.image_rect(0, 0).topLeft()
    colour = panel.view.viewport().grab().toImage().pixelColor(corner)
    assert (colour.red(), colour.blue()) == ((153, 153) if channels == 1 else (51, 153))


def test_another_order_can_be_chosen(panel: ReconstructionsPanel, qtbot: QtBot) -> None:
    assert not panel.order.isVisible(), "there is nothing to order"
    fill(panel)
    assert panel.chosen_order == "worst"
    panel.order.setCurrentIndex(1)
    with qtbot.waitSignal(panel.order_chosen) as blocker:
        panel.order.activated.emit(1)
    assert blocker.args == ["best"]


def test_a_group_is_dragged_as_its_sample(
    panel: ReconstructionsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged = caught_drags(monkeypatch)
    fill(panel)
    viewport, at = panel.view.viewport(), panel.view.cell_rect(1).center()
    with qtbot.assertNotEmitted(panel.view.sample_activated):
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(viewport, at + QPoint(0, 30))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 30))
    assert dragged == [(1,)]


def test_a_summary_longer_than_its_room_ends_in_dots(panel: ReconstructionsPanel) -> None:
    fill(panel)
    panel.resize(260, 200)
    label = panel.findChild(ElidedLabel)
    assert label is not None
    assert label.elided_text().endswith("…")
    assert label.toolTip() == panel.summary


def test_captions_have_the_room_that_they_need(panel: ReconstructionsPanel, qtbot: QtBot) -> None:
    images = np.zeros((60, 28, 28), np.float32)
    names = [f"9 #{1000 + index}" for index in range(60)]
    rows = rows_of(names, images, None, images, None, error=[0.0347] * 60)
    panel.resize(460, 300)
    panel.show()
    panel.set_rows(rows, ImageStyle(glyphs=False))
    view = panel.view
    needed = view.fontMetrics().horizontalAdvance("9 #1059 0.0347")
    assert view.cell_rect(0).width() >= needed
    # The images are centred in it, and each can be copied alone.
    first, second = view.image_rect(0, 0), view.image_rect(0, 1)
    left, right = (
        first.left() - view.cell_rect(0).left(),
        view.cell_rect(0).right() - second.right(),
    )
    assert abs(left - right) <= 2
    assert view.copied_at(first.center()) == first
    assert view.copied_at(second.center()) == second
    assert view.copied_at(view.cell_rect(0).bottomLeft()) is None
    # If there is room for two columns only, long names do not take one.
    long = ["a very long name of it"] * 60
    panel.resize(290, 300)
    panel.set_rows(
        rows_of(long, images, None, images, None, error=[0.0347] * 60), ImageStyle(glyphs=False)
    )
    qtbot.waitUntil(lambda: view.columns() == 2)


@pytest.mark.parametrize("width", [20, 30, 40, 60])
def test_a_view_narrower_than_its_images_is_painted(qtbot: QtBot, width: int) -> None:
    panel = ReconstructionsPanel()
    qtbot.addWidget(panel)
    fill(panel)
    view = panel.view
    view.setParent(None)
    qtbot.addWidget(view)
    view.resize(width, 200)
    view.show()
    qtbot.waitExposed(view)
    assert not view.grab().isNull()
    assert view.cell_rect(1).top() > view.cell_rect(0).bottom(), "one below the other"
