"""Bars of dimensions, what they draw, and figures beside those that were kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from aegui.core.evaluation.codes import CodeStatistics, DimensionFigures
from aegui.features.code.model.code_service import STEPS, CodeAnalysis, Traversal
from aegui.features.code.view.panel import CodePanel
from aegui.kit.theme import LIGHT
from aegui.session.data.image_style import ImageStyle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.features.code.model.code_service import MeasureKey


def look_at(
    size: int,
    *,
    kl: bool = False,
    rho: float | None = None,
    fitting: MeasureKey = "variance",
    jacobian: float = 12.0,
    name: str = "plain",
) -> CodeAnalysis:
    """Every third dimension is not in use; the others vary by 0.1, 0.2, ..."""
    variance: NDArray[np.float64] = 0.1 * np.arange(1.0, size + 1.0, dtype=np.float64)
    variance[2::3] = 0.0
    edges = np.linspace(-3, 3, 61)
    figures = DimensionFigures(
        samples=50,
        mean=np.linspace(-1.0, 1.0, size),
        variance=variance,
        kl=np.add(variance, variance) if kl else None,
        counts=np.histogram(np.random.default_rng(0).standard_normal(1000), edges)[0],
        edges=edges,
    )
    used = int(figures.used.sum())
    statistics = CodeStatistics(50, size, 0.25, used, 0.0625, used, jacobian, 50)
    return CodeAnalysis(figures, statistics, 80, 1200, name, rho, fitting)


def traversal(dimension: int = 1) -> Traversal:
    images = np.zeros((len(STEPS), 1, 8, 8), np.float32)
    images[-1] = 1.0
    return Traversal(dimension, images, 0.5, 1.0)


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[CodePanel]:
    made = CodePanel()
    made.resize(760, 300)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    QToolTip.hideText()


def shown(panel: CodePanel) -> tuple[str, str]:
    """The measure that is shown, and the one that is chosen."""
    return panel.shown_measure, panel.measure.currentData()


def centre(panel: CodePanel, place: int) -> QPoint:
    rect = panel.bars.bar_rect(place)
    return QPoint(round(rect.center().x()), round(rect.bottom()) - 1)


def colour_at(panel: CodePanel, point: QPoint) -> str:
    return str(panel.bars.viewport().grab().toImage().pixelColor(point).name())


def test_words_and_bars(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6))
    assert panel._headline.text() == "4 of 6 dimensions in use"
    assert panel._detail.text() == "50 of 80 samples, epoch 1,200"
    assert panel.bars.order == (0, 1, 2, 3, 4, 5)
    heights = [panel.bars.bar_rect(place).height() for place in range(6)]
    assert heights[4] == pytest.approx(5 * heights[0], rel=0.05)
    assert heights[5] == 1.0
    assert colour_at(panel, centre(panel, 4)) == LIGHT.accent.name()
    assert panel.bars.words(2).startswith("Dimension 3: Variance 0, not in use")


def test_a_single_dimension_and_hundreds_of_them(panel: CodePanel, qtbot: QtBot) -> None:
    panel.set_analysis(look_at(1))
    assert panel._headline.text() == "1 of 1 dimension in use"
    assert panel.bars.horizontalScrollBar().maximum() == 0
    panel.set_analysis(look_at(512))
    bar = panel.bars.horizontalScrollBar()
    assert bar.maximum() > 512 * panel.bars.slot_px() - panel.bars.width()
    assert panel.bars.bar_rect(511).left() > panel.bars.width()
    panel.bars.setFocus()
    QTest.keyClick(panel.bars, Qt.Key.Key_End)
    assert panel.bars.bar_rect(511).right() <= panel.bars.viewport().width()
    with qtbot.waitSignal(panel.bars.dimension_activated) as chosen:
        QTest.keyClick(panel.bars, Qt.Key.Key_Return)
    assert chosen.args == [511]
    assert "Dimension 512" in panel.bars.accessibleDescription()


def test_the_chosen_one_is_brought_into_sight(panel: CodePanel) -> None:
    panel.set_analysis(look_at(512))
    panel.set_traversal(traversal(300), ImageStyle(glyphs=False))
    rect = panel.bars.bar_rect(300)
    assert 0 < rect.left() < rect.right() < panel.bars.viewport().width()
    # Newer weights leave the person's view alone.
    panel.bars.horizontalScrollBar().setValue(0)
    panel.set_traversal(traversal(300), ImageStyle(glyphs=False))
    assert panel.bars.horizontalScrollBar().value() == 0


def test_the_largest_first(panel: CodePanel, qtbot: QtBot) -> None:
    panel.set_analysis(look_at(6))
    panel.order.setCurrentIndex(1)
    panel.order.activated.emit(1)
    assert panel.bars.order == (4, 3, 1, 0, 2, 5)
    with qtbot.waitSignal(panel.bars.dimension_activated) as chosen:
        QTest.mouseClick(panel.bars.viewport(), Qt.MouseButton.LeftButton, pos=centre(panel, 1))
    assert chosen.args == [3]


def test_the_measure_that_fits_unless_another_is_asked(panel: CodePanel) -> None:
    panel.set_analysis(look_at(4, kl=True, fitting="kl"))
    assert shown(panel) == ("kl", "kl")
    assert panel.measure.count() == 3
    panel.measure.setCurrentIndex(2)
    panel.measure.activated.emit(2)
    assert shown(panel) == ("mean", "mean")
    panel.set_analysis(look_at(4))
    assert panel.measure.count() == 2
    assert shown(panel) == ("mean", "mean")
    # Means may be negative: bars begin at zero and hang down.
    assert panel.bars.bar_rect(0).top() == pytest.approx(panel.bars.bar_rect(3).bottom())


def test_the_wished_activation_is_a_line(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6, fitting="mean"))
    without = panel.bars.viewport().grab().toImage()
    panel.set_analysis(look_at(6, fitting="mean", rho=0.05))
    assert panel.bars.viewport().grab().toImage() != without


def test_a_bar_tells_what_it_is(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6, kl=True, fitting="kl"))
    viewport, point = panel.bars.viewport(), centre(panel, 3)
    event = QHelpEvent(QEvent.Type.ToolTip, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, event)
    assert QToolTip.text() == "Dimension 4: KL, nats 0.8, in use. Click to see what it draws."


def test_figures_are_kept_beside_the_present_ones(panel: CodePanel) -> None:
    plain = look_at(6, jacobian=12.0)
    panel.set_analysis(plain)
    assert panel.figures.text("jacobian") == ("12", "–")
    assert not panel.figures.forget.isVisible()
    panel.set_reference(plain)
    assert panel.figures.forget.isVisible()
    panel.set_analysis(look_at(6, jacobian=0.5, kl=True, name="contractive"))
    assert panel.figures.text("jacobian") == ("0.5", "12")
    assert panel.figures.text("used_dimensions") == ("4 of 6", "4 of 6")
    assert panel.figures.text("kl") == ("2.4", "–")
    assert panel.figures._reference_title.text() == "kept: plain, epoch 1,200"
    panel.set_reference(None)
    assert not panel.figures.forget.isVisible()
    assert panel.figures.text("jacobian") == ("0.5", "–")


def test_kept_values_are_marked_where_the_largest_come_first(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6))
    panel.set_reference(look_at(6))
    assert not len(panel.bars._reference_values())
    panel.order.activated.emit(0)
    panel.bars.set_by_size(True)
    assert panel.bars._reference_values().tolist() == pytest.approx([0.5, 0.4, 0.2, 0.1, 0, 0])


def test_what_a_dimension_draws(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6))
    assert panel.strip.title().startswith("Click a bar")
    panel.set_traversal(traversal(), ImageStyle(glyphs=False))
    assert panel.strip.title() == "Dimension 2 around 0.5, σ 1; the others at their means"
    panel.set_traversal(replace(traversal(), middle=-2.26), ImageStyle(glyphs=False))
    assert panel.strip.title().startswith("Dimension 2 around −2.26, ")
    image = panel.strip.grab().toImage()
    first, last = (panel.strip._cell(place).center() for place in (0, len(STEPS) - 1))
    assert image.pixelColor(first).lightness() < 20
    assert image.pixelColor(last).lightness() > 235
    assert panel.strip.rect().contains(panel.strip._cell(len(STEPS) - 1))


def test_the_histogram_tells_its_bins(panel: CodePanel) -> None:
    panel.set_analysis(look_at(6, kl=True))
    histogram = panel.histogram
    share = panel.analysis.figures.counts[30] / 1000 if panel.analysis is not None else 0.0
    assert histogram.words(30) == (
        f"{share:.1%} of all numbers of the codes lie between 0 and 0.1."
    )
    assert histogram.grab().toImage() != type(histogram)().grab().toImage()


def test_a_message_takes_the_place_of_everything(panel: CodePanel) -> None:
    panel.set_analysis(look_at(3))
    panel.set_message("Nothing yet.")
    assert panel.analysis is None
    assert panel.placeholder.message
    assert not panel.measure.isVisible()


def test_codes_that_are_no_numbers_are_shown_all_the_same(panel: CodePanel) -> None:
    analysis = look_at(3)
    analysis.figures.variance[1] = np.nan
    analysis.figures.mean[:] = np.inf
    panel.set_analysis(analysis)
    assert not panel.grab().isNull()
    assert "–" in panel.bars.words(1)
