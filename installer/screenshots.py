"""Take the pictures of the README and the guide: ``python -m installer.screenshots``.

They are taken from the real program, driven by real mouse events: a picture that lies would have
to be made by hand. Needs a display or Qt's offscreen platform.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSize, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.app import App
from aegui.core.recipe import CorruptionSpec
from aegui.core.recipe_file import list_recipes
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "guide" / "images"
SIZE = QSize(1440, 900)
_NOISE = CorruptionSpec(kind="flip", level=0.12)
_NOISE_SEED = 5


def spin(seconds: float) -> None:
    """Let the program run for so long."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop, loop.quit)
    loop.exec()


def move(widget: QWidget, across: float, down: float) -> None:
    """Move the mouse to a place of ``widget``, given as shares of its width and height."""
    place = QPointF(widget.width() * across, widget.height() * down).toPoint()
    QTest.mouseMove(widget, place - QPoint(3, 3))
    QTest.mouseMove(widget, place)


def shoot(app: App, name: str) -> None:
    """Write the window as it is."""
    spin(0.3)
    FOLDER.mkdir(parents=True, exist_ok=True)
    app.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).save(
        str(FOLDER / f"{name}.png")
    )


def wander(app: App) -> None:
    """The first sight: the shipped map, with the mouse on it."""
    move(app.window.panels.canvas, 0.62, 0.4)
    shoot(app, "window")


def train(app: App) -> None:
    """Ten seeds of the course network in the dark theme, some seconds into their training."""
    app.use_theme("dark")
    recipe = dict(list_recipes())["letters-seeds"]
    app.services.workspace.edit_recipe(recipe, "recipe")
    spin(0.3)
    app.window.training.train()
    spin(2.0)
    move(app.window.panels.canvas, 0.4, 0.5)
    shoot(app, "training")
    app.services.runner.stop()
    while app.services.runner.is_busy:
        spin(0.05)
    app.use_theme("light")


def denoise(app: App) -> None:
    """A spoilt letter beside the answer of a trained denoiser."""
    recipe = dict(list_recipes())["letters-denoise"]
    short = recipe.training.model_copy(update={"epochs": 2000})
    app.services.workspace.edit_recipe(recipe.model_copy(update={"training": short}), "recipe")
    spin(0.3)
    app.window.training.train()
    while app.services.runner.is_busy:
        spin(0.1)
    app.window.set_perspective("draw")
    spin(0.5)
    dataset = app.services.workspace.dataset
    index = dataset.labels.index("g")
    app.services.drawing.load(dataset.images[index, 0], dataset.labels[index])
    app.services.drawing.apply_noise(_NOISE, _NOISE_SEED)
    shoot(app, "drawing")


def main() -> int:
    """Take them all, with settings and data folders of their own."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        application = QApplication(sys.argv[:1])
        app = App(application, Settings.load(Path(home) / "settings.json"), Path(home) / "autosave")
        app.use_language("en")
        app.use_theme("light")
        app.start()
        app.window.resize(SIZE)
        spin(3.0)
        for picture in (wander, train, denoise):
            picture(app)
        app.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
