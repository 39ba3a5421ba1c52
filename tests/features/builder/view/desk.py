"""A panel in the loop that the window provides: an edit comes back as a new state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.network.chain import build_chain
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LayerSpec, NetworkSpec, Recipe

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.builder.view.builder_panel import BuilderPanel
    from aegui.features.builder.view.training_panel import TrainingPanel

LETTERS = Dataset.from_images("lowercase", np.zeros((32, 7, 5)))

OWN_DECODER = NetworkSpec(
    encoder=(LayerSpec(units=25), LayerSpec(units=10)),
    decoder=(LayerSpec(units=12, activation="relu"), LayerSpec(units=30)),
)


class Desk:
    """Keeps the draft of a panel and the descriptions of its edits."""

    def __init__(
        self, qtbot: QtBot, panel: BuilderPanel | TrainingPanel, recipe: Recipe | None = None
    ) -> None:
        self.panel = panel
        self.data = LETTERS
        self.texts: list[str] = []
        self.recipe = recipe or Recipe()
        panel.recipe_edited.connect(self._on_panel_recipe_edited)
        self.show(self.recipe)
        panel.resize(320, 760)
        qtbot.addWidget(panel)
        with qtbot.waitExposed(panel):
            panel.show()
        panel.activateWindow()

    def show(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.panel.set_state(recipe, resolve(recipe, self.data))

    @property
    def sizes(self) -> tuple[int, ...]:
        chain = build_chain(self.recipe.network, self.data.image_shape)
        return tuple(layer.outputs for layer in chain.layers)

    def _on_panel_recipe_edited(self, recipe: Recipe, text: str) -> None:
        self.texts.append(text)
        self.show(recipe)
