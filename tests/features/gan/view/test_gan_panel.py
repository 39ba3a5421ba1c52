"""The panel of new images: its content, and the requests of clicks, keys and sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip

from aegui.core.latent.inversion import Inversion
from aegui.features.gan.model.inversion_service import NearestGenerated
from aegui.features.gan.model.samples_service import COUNTS, GeneratedSamples
from aegui.features.gan.view.panel import GanPanel, SampleSheet
from aegui.session.data.image_style import ImageStyle
from tests.harness.fitting import misfits

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

PHOTO = ImageStyle(glyphs=False)


def samples(
    count: int = 16, *, scored: bool = True, size: tuple[int, int] = (8, 8)
) -> GeneratedSamples:
    """Return images of increasing brightness."""
    levels = np.linspace(0, 1, count, dtype=np.float32)
    images = np.broadcast_to(levels[:, None, None, None], (count, 1, *size)).copy()
    codes = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
    return GeneratedSamples(codes, images, levels if scored else None, epoch=1234)


@pytest.fixture
def panel(qtbot: QtBot) -> GanPanel:
    made = GanPanel()
    qtbot.addWidget(made)
    made.resize(520, 560)
    made.show()
    qtbot.waitExposed(made)
    made.set_samples(samples(), PHOTO)
    return made


def test_digits_are_not_reduced_where_the_panel_is_low(panel: GanPanel) -> None:
    panel.set_samples(samples(64, size=(28, 28)), PHOTO)
    sheet = panel.sheet
    sheet.resize(520, sheet.minimumSizeHint().height())
    assert sheet.cell_rect(0).width() >= 28


def test_images_lie_side_by_side_in_their_colours(panel: GanPanel) -> None:
    sheet = panel.sheet
    picture = sheet.grab().toImage()
    ratio = picture.devicePixelRatio()
    cells = [sheet.cell_rect(index) for index in range(16)]
    for index, cell in enumerate(cells):
        middle = cell.center() * ratio
        assert picture.pixelColor(middle.toPoint()).lightness() == pytest.approx(
            255 * index / 15, abs=3
        )
        assert sheet.rect().contains(cell.toAlignedRect())
    # A square room has four by four, in reading order.
    assert [cell.top() == cells[0].top() for cell in cells] == [True] * 4 + [False] * 12
    assert not any(a.intersects(b) for a in cells for b in cells if a is not b)


@pytest.mark.parametrize("size", [(8, 8), (7, 5), (5, 20)])
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("room", [(900, 120), (300, 700), (130, 100)])
def test_any_number_of_images_fits(
    qtbot: QtBot, size: tuple[int, int], count: int, room: tuple[int, int]
) -> None:
    sheet = SampleSheet()
    qtbot.addWidget(sheet)
    sheet.resize(*room)
    sheet.set_samples(samples(count, size=size), PHOTO)
    last = sheet.cell_rect(count - 1)
    assert sheet.rect().adjusted(-1, -1, 1, 1).contains(last.toAlignedRect())
    assert not sheet.grab().isNull()


def test_images_without_scores_have_more_room(panel: GanPanel) -> None:
    with_scores = panel.sheet.cell_rect(0)
    panel.set_samples(samples(scored=False), PHOTO)
    without = panel.sheet.cell_rect(0)
    assert with_scores.height() > with_scores.width()
    assert without.height() == pytest.approx(without.width())
    assert "probability" not in panel.sheet.text_of(3)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("room", [(520, 200), (520, 560), (900, 120)])
def test_scores_do_not_run_into_each_other(
    qtbot: QtBot, room: tuple[int, int], scale: float
) -> None:
    sheet = SampleSheet()
    qtbot.addWidget(sheet)
    font = sheet.font()
    font.setPointSizeF(scale * font.pointSizeF())
    sheet.setFont(font)
    sheet.resize(*room)
    sheet.set_samples(samples(64, size=(7, 5)), PHOTO)
    cell = sheet.cell_rect(0)
    _, _, height, score = sheet._layout()
    assert cell.height() == pytest.approx(height + score)
    if score:
        assert cell.width() >= sheet._metrics().horizontalAdvance("99%")
    if room == (520, 560) and scale == 1.0:
        assert score, "there is room for them"


def test_a_click_asks_for_the_code(qtbot: QtBot, panel: GanPanel) -> None:
    place = panel.sheet.cell_rect(6).center().toPoint()
    with qtbot.waitSignal(panel.code_activated) as caught:
        QTest.mouseClick(panel.sheet, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args is not None
    assert caught.args[0].tolist() == [18, 19, 20]


def test_keys_move_and_ask(qtbot: QtBot, panel: GanPanel) -> None:
    panel.sheet.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(panel.sheet, key)
    assert panel.sheet.accessibleDescription().startswith("Image 6: probability")
    with qtbot.waitSignal(panel.code_activated) as caught:
        QTest.keyClick(panel.sheet, Qt.Key.Key_Return)
    assert caught.args is not None
    assert caught.args[0].tolist() == [15, 16, 17]
    for _ in range(9):
        QTest.keyClick(panel.sheet, Qt.Key.Key_Down)
    assert panel.sheet.accessibleDescription().startswith("Image 16")


def test_the_score_is_told_under_the_mouse(panel: GanPanel) -> None:
    place = panel.sheet.cell_rect(15).center().toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, place, panel.sheet.mapToGlobal(place))
    QApplication.sendEvent(panel.sheet, event)
    assert "by the discriminator: 100%" in QToolTip.text()
    QToolTip.hideText()


def test_another_count_is_asked_for(qtbot: QtBot, panel: GanPanel) -> None:
    panel.count.setCurrentIndex(0)
    with qtbot.waitSignal(panel.count_chosen) as caught:
        panel.count.activated.emit(0)
    assert caught.args == [COUNTS[0]]
    assert panel._epoch.text() == "epoch 1,234"


def test_one_of_the_two_networks_learns_always(panel: GanPanel) -> None:
    panel.set_adversarial(True, True)
    chosen: list[tuple[bool, bool]] = []
    panel.adversaries_chosen.connect(lambda *both: chosen.append(both))
    panel.generator.click()
    # Switching off the last one switches the other on.
    panel.discriminator.click()
    panel.discriminator.click()
    assert chosen == [(False, True), (True, False), (True, True)]
    panel.discriminator.click()
    panel.set_switches(False, True)
    assert not panel.generator.isChecked()
    assert panel.discriminator.isChecked()
    panel.set_switches(True, True)
    assert panel.generator.isChecked()
    assert len(chosen) == 4


def test_levers_are_there_for_a_gan_and_move_while_it_learns(panel: GanPanel) -> None:
    panel.set_adversarial(True, False)
    assert panel.generator.isVisible()
    assert not panel.generator.isEnabled()
    panel.set_adversarial(True, True)
    assert panel.discriminator.isEnabled()
    panel.set_adversarial(False, False)
    assert not panel.generator.isVisible()


def test_a_message_takes_the_place_of_images(panel: GanPanel) -> None:
    panel.set_message("Press Train.")
    assert panel.placeholder.message
    assert not panel.noise.isVisible()
    assert panel.sheet.samples is None
    panel.set_samples(samples(), PHOTO)
    assert panel.noise.isVisible()
    assert panel.sheet.isVisible()


def nearest(starts: int = 4) -> NearestGenerated:
    image = np.full((8, 8), 0.5, np.float32)
    found = Inversion(np.zeros(3, np.float32), image.ravel(), 0.0073, 0.2041, starts, 256, False)
    return NearestGenerated(image, 1.0 - image, found)


def test_words_about_the_nearest_are_whole_in_a_narrow_box(panel: GanPanel) -> None:
    panel.nearest.show()
    panel.nearest.set_found(nearest(), PHOTO)
    for width in (620, 430):
        panel.resize(width, 260)
        QApplication.processEvents()
        panel.resize(width, max(260, panel.minimumSizeHint().height()))
        QApplication.processEvents()
        assert not misfits(panel)


def test_words_about_the_nearest_run_across_a_narrow_panel(panel: GanPanel) -> None:
    panel.resize(415, 625)
    panel.nearest.show()
    panel.nearest.set_found(nearest(), PHOTO)
    QApplication.processEvents()
    words = panel.nearest.findChild(QLabel)
    assert words is not None
    assert words.width() > 0.9 * panel.width()


def test_the_nearest_is_copied_alone(panel: GanPanel, qapp: QApplication) -> None:
    panel.nearest.show()
    panel.nearest.set_found(nearest(), PHOTO)
    pictures = panel.nearest.pictures
    places = [pictures.copied_at(QPoint(x, 20)) for x in range(pictures.width())]
    assert len({rect.getRect() for rect in places if rect is not None}) == 2
    assert places[0] is None
    pictures.figures.copy_part(next(rect for rect in places if rect is not None))
    assert qapp.clipboard().image().width() >= 250
