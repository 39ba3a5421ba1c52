"""The code panel in the window: live, settled, compared, and explained while empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.evaluation.codes import dimension_figures
from aegui.core.recipe import GanSpec, LatentSpec
from aegui.features.code.model.code_service import CodeService
from aegui.features.code.view.panel import CodePanel
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.recipe import Recipe
    from aegui.window.main_window import MainWindow

VARIATIONAL = SMALL.model_copy(
    update={
        "name": "variational",
        "network": SMALL.network.model_copy(
            update={"latent": LatentSpec(kind="gaussian", units=3, beta=0.01)}
        ),
    }
)


def show(window: MainWindow) -> None:
    window.docks["code"].show()
    window.docks["code"].raise_()


def settled(window: MainWindow, qtbot: QtBot, recipe: Recipe) -> None:
    """Train ``recipe`` and wait until the panel shows the best weights."""
    services, panel = window._services, window.panel(CodePanel)
    assert services.workspace.new(recipe)
    train(qtbot, window)
    run = services.workspace.run
    assert run is not None

    def is_settled() -> bool:
        codec, analysis = services.shown.codec, panel.analysis
        return codec is not None and analysis is not None and analysis.epoch == codec.epoch

    qtbot.waitUntil(is_settled)


def test_without_a_network_the_panel_says_how_to_get_one(window: MainWindow) -> None:
    show(window)
    assert window.panel(CodePanel).placeholder.message.startswith("Press Train")


def test_a_variational_code_after_its_training(window: MainWindow, qtbot: QtBot) -> None:
    services, panel = window._services, window.panel(CodePanel)
    show(window)
    settled(window, qtbot, VARIATIONAL)
    analysis, codec = panel.analysis, services.shown.codec
    assert analysis is not None
    assert codec is not None
    expected = dimension_figures(codec, services.shown.dataset).kl
    assert expected is not None
    np.testing.assert_allclose(analysis.values("kl"), expected, rtol=1e-5)
    assert panel.shown_measure == "kl"
    # The dimension with the most effect is traversed by default.
    qtbot.waitUntil(lambda: panel.strip.traversal is not None)
    assert panel.strip.traversal is not None
    assert panel.strip.traversal.dimension == services.of(CodeService).dimension
    panel.bars.dimension_activated.emit(2)
    qtbot.waitUntil(
        lambda: panel.strip.traversal is not None and panel.strip.traversal.dimension == 2,
    )


def test_a_number_chosen_of_the_network_before_may_be_none_of_the_next(
    window: MainWindow, qtbot: QtBot
) -> None:
    service, panel = window._services.of(CodeService), window.panel(CodePanel)
    show(window)
    settled(window, qtbot, SMALL)
    # As if bars of a longer code were still shown when the choice is made.
    panel.bars.dimension_activated.emit(7)
    assert service.dimension == 7
    service.analysed.emit(service.latest)
    assert service.dimension in {0, 1}


def test_it_is_looked_at_while_it_learns(window: MainWindow, qtbot: QtBot) -> None:
    services, panel = window._services, window.panel(CodePanel)
    show(window)
    long = SMALL.model_copy(
        update={"training": SMALL.training.model_copy(update={"epochs": 10_000_000})}
    )
    assert services.workspace.new(long)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: panel.analysis is not None)
    first = panel.analysis
    qtbot.waitUntil(lambda: panel.analysis is not first)
    assert panel.analysis is not None
    assert first is not None
    assert panel.analysis.epoch > first.epoch
    with qtbot.waitSignal(services.runner.finished):
        services.runner.stop()


def test_figures_are_kept_through_another_training(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panel(CodePanel)
    show(window)
    settled(window, qtbot, SMALL)
    panel.figures.keep.click()
    before = panel.figures.text("jacobian")
    assert before[0] == before[1]
    contractive = SMALL.model_copy(
        update={
            "name": "contractive",
            "training": SMALL.training.model_copy(update={"contractive": 0.3}),
        }
    )
    settled(window, qtbot, contractive)
    after = panel.figures.text("jacobian")
    assert after[1] == before[0]
    assert float(after[0]) < float(after[1])
    assert panel.figures._reference_title.text().startswith("kept: small")
    panel.figures.forget.click()
    assert window._services.of(CodeService).reference is None
    assert panel.figures.text("jacobian") == (after[0], "–")


def test_a_generator_has_no_codes(window: MainWindow, qtbot: QtBot) -> None:
    show(window)
    adversarial = SMALL.model_copy(
        update={
            "gan": GanSpec(),
            "training": SMALL.training.model_copy(update={"epochs": 2}),
        }
    )
    assert window._services.workspace.new(adversarial)
    train(qtbot, window)
    qtbot.waitUntil(
        lambda: window.panel(CodePanel).placeholder.message.startswith("A GAN has no encoder"),
    )
