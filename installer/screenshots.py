"""Take the pictures of the README and the guide.

``python -m installer.screenshots [--language es] [NAME ...]``: those of the English pages, or of
the pages in another language.

They are taken from the running program, driven by real mouse events, so that they cannot show
anything it does not do. They show shipped models, and networks that are trained for the picture on
sets that need no download, in a few minutes altogether. Needs a display or Qt's offscreen platform;
without names all pictures are taken.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import os
import sys
import tempfile
import traceback
from contextlib import contextmanager
from pathlib import Path
from time import monotonic as clock
from typing import TYPE_CHECKING, Any

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QPoint, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from aegui.app import App
from aegui.core.i18n import LANGUAGES, language
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.recipe.file import list_recipes
from aegui.core.study.plan import Goal, Seeds, StudyAxis, StudyPlan, save_plan
from aegui.core.study.plan_edits import with_recipe
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.builder.training import TrainingFeature
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.challenge.feature import ChallengeFeature
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.classifier.view.panel import ClassifierPanel
from aegui.features.code.view.panel import CodePanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.gallery.feature import GalleryFeature
from aegui.features.gan.view.panel import GanPanel
from aegui.features.journey.model.journey_path import JourneyPath
from aegui.features.journey.view.panel import JourneyPanel
from aegui.features.lessons.view.panel import LessonsPanel
from aegui.features.library.view.panel import LibraryPanel
from aegui.features.making.model.making import Making
from aegui.features.making.view.panel import MakingPanel
from aegui.features.map.hints import HINTS
from aegui.features.map.model.field_service import FieldService
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.parity.feature import ParityFeature
from aegui.features.projections.model.projection_service import ProjectionService
from aegui.features.projections.view.panel import ProjectionsPanel
from aegui.features.source.model.source_service import SourceService
from aegui.features.source.view.panel import SourcePanel
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.panel import StudiesPanel
from aegui.features.studies.view.phase_page import PhasePage
from aegui.features.teacher.view.dialog import TeacherDialog
from aegui.features.time.feature import TimeFeature
from aegui.features.tour.feature import TourFeature
from aegui.paths import models_dir
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.session.hints import hint_key
from aegui.session.settings import Settings
from aegui.window.message_list import MessageList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "guide" / "images"
"""Folder of the English pictures; those in another language are in a subfolder of its code."""
ENGLISH = "en"
_OF_THE_README = frozenset({"window", "training", "drawing", "emojis"})
"""Pictures of the README only, which is English."""
_WORDS = {
    "es": {
        "A thousand seeds": "Mil semillas",
        "Activations": "Activaciones",
        "activation": "activación",
        "Group B": "Grupo B",
    }
}
"""Texts that a user would type, by language."""
SIZE = QSize(1440, 900)
_TALL = QSize(1440, 1180)
_CARDS = QSize(1200, 660)
_ROWS = QSize(1100, 460)
_NOISE = CorruptionSpec(kind="flip", level=0.12)
_NOISE_SEED = 5
_BELOW_PX = 360
_MANY_COLOURS = 256
_LONGEST_SECONDS = 900
"""Timeout for a single condition ..."""
_LONGEST_PICTURE_SECONDS = 1_500
"""... and for a whole picture; then the reason, such as an open dialog, is printed."""
_STUCK = 3


def spin(seconds: float) -> None:
    """Process events for ``seconds``."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop, loop.quit)
    loop.exec()


def wait_for(condition: Callable[[], bool]) -> None:
    """Process events until ``condition`` holds.

    Raises:
        TimeoutError: It does not hold within ``_LONGEST_SECONDS``.
    """
    last = clock() + _LONGEST_SECONDS
    while not condition():
        if clock() > last:
            raise TimeoutError
        spin(0.1)


@contextmanager
def time_limit(name: str) -> Iterator[None]:
    """Abort with a message if the picture ``name`` takes too long.

    A modal dialog blocks the code that opened it, but timers keep running. If even these are
    blocked, the stacks of all threads are dumped and the process exits.
    """
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: _give_up(name))
    timer.start(1000 * _LONGEST_PICTURE_SECONDS)
    faulthandler.dump_traceback_later(2 * _LONGEST_PICTURE_SECONDS, exit=True)
    try:
        yield
    except TimeoutError as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.line for frame in frames if frame.line and "wait_for(" in frame.line]
        sys.stderr.write(f"{name}: {_LONGEST_SECONDS} s in vain: {lines[-1]}\n")
        os._exit(_STUCK)
    finally:
        timer.stop()
        faulthandler.cancel_dump_traceback_later()


def _give_up(name: str) -> None:
    asked = QApplication.activeModalWidget()
    words = asked.windowTitle() if asked is not None else ""
    if isinstance(asked, QMessageBox):
        words = f"{words}: {asked.text()}"
    told = f"a question stands open ({words})" if asked is not None else "no question stands open"
    sys.stderr.write(f"{name}: not done after {_LONGEST_PICTURE_SECONDS} s; {told}\n")
    faulthandler.dump_traceback()
    os._exit(_STUCK)


def move(widget: QWidget, across: float, down: float) -> None:
    """Move the mouse to a position in ``widget``, given as fractions of its width and height."""
    place = QPointF(widget.width() * across, widget.height() * down).toPoint()
    QTest.mouseMove(widget, place - QPoint(3, 3))
    QTest.mouseMove(widget, place)


def shoot(app: App, name: str, *widgets: QWidget) -> None:
    """Write a picture of the window, or of the bounding rectangle of ``widgets``."""
    spin(0.4)
    window = app.window
    area = QRect()
    for widget in widgets:
        area = area.united(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()))
    write(window.grab(area) if widgets else window.grab(), name)


def typed(text: str) -> str:
    """Return ``text`` in the language of the window, as a user would type it."""
    return _WORDS.get(language(), {}).get(text, text)


def write(picture: QPixmap, name: str) -> None:
    """Write an optimised PNG; pictures with more than 256 colours are quantised to 256."""
    if language() != ENGLISH and name in _OF_THE_README:
        return
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    folder = FOLDER if language() == ENGLISH else FOLDER / language()
    folder.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")
    if image.getcolors(_MANY_COLOURS) is None:
        # By coverage, then each colour is the mean of its pixels: thin lines of charts keep theirs.
        image = image.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1)
    image.save(folder / f"{name}.png", optimize=True)


def shipped(key: str, **changes: Any) -> Recipe:
    """Return a shipped recipe; ``changes`` maps parts of it to dictionaries of values."""
    content = dict(list_recipes())[key].model_dump()
    for part, values in changes.items():
        content[part].update(values)
    return Recipe.model_validate(content)


def take(app: App, recipe: Recipe) -> None:
    """Open ``recipe`` as a new document, and wait for its data."""
    app.window.set_perspective("build")
    # A new document: nothing is left of the last picture, such as pins, or an edited training.
    app.services.workspace.new(recipe)
    wait_for(lambda: app.services.workspace.recipe == recipe)
    spin(0.5)


def learn(app: App, recipe: Recipe) -> None:
    """Train ``recipe`` to its end."""
    take(app, recipe)
    app.window.feature(TrainingFeature).train()
    wait_for(lambda: not app.services.runner.is_busy)
    app.window.notifications.close_all()
    spin(1.5)


def open_model(app: App, key: str) -> None:
    """Open a shipped model."""
    app.services.workspace.open(models_dir() / f"{key}.aegui", lambda: True)
    app.window.set_perspective("build")
    spin(3.0)
    wait_for(lambda: is_encoded(app))
    app.window.notifications.close_all()


def is_encoded(app: App) -> bool:
    """Return whether the codes of all samples are computed."""
    shown = app.services.shown
    return shown.codes is not None and len(shown.codes.indices) == len(shown.dataset)


def show(app: App, key: str, below: int = _BELOW_PX) -> None:
    """Raise a dock; one below the map is made ``below`` pixels high."""
    dock = app.window.docks[key]
    dock.show()
    dock.raise_()
    if app.window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea:
        app.window.resizeDocks([dock], [below], Qt.Orientation.Vertical)
    spin(0.6)


def wander(app: App) -> None:
    """Take the start view: the shipped map with the mouse on it."""
    app.window.set_perspective("build")
    move(app.window.canvas, 0.62, 0.4)
    shoot(app, "window")
    shoot(app, "map", app.window.canvas)


def layers(app: App) -> None:
    """Take regions and wrong pixels under the samples, and the lens."""
    open_model(app, "letters-2d")
    canvas, fields = app.window.canvas, app.services.of(FieldService)
    app.window.set_perspective("wander")
    fields.choose(["regions", "wrong"])
    wait_for(lambda: len(fields.layers) == 2 and all(each.complete for each in fields.layers))
    canvas.lens_toggled.emit()
    move(canvas, 0.45, 0.5)
    spin(1.0)
    shoot(app, "layers", canvas, app.window.panel(CursorPanel))
    canvas.lens_toggled.emit()
    fields.choose([])


def data(app: App) -> None:
    """Take emojis in the data panel."""
    take(app, shipped("emoji-conv-vae"))
    show(app, "data")
    spin(1.0)
    shoot(app, "data", app.window.panel(DataPanel))


def builder(app: App) -> None:
    """Take a convolutional network, its shapes and parameters."""
    recipe = shipped("emoji-conv-vae")
    latent = recipe.network.latent.model_copy(update={"units": 16})
    network = recipe.network.model_copy(update={"encoder": recipe.network.encoder[1:4]})
    network = network.model_copy(update={"latent": latent})
    app.window.resize(_TALL)
    take(app, recipe.model_copy(update={"network": network}))
    show(app, "builder")
    shoot(app, "builder", app.window.panel(BuilderPanel))
    app.window.resize(SIZE)


def train(app: App) -> None:
    """Take ten seeds of the course network in the dark theme, some seconds into their training."""
    app.use_theme("dark")
    take(app, shipped("letters-seeds"))
    app.window.feature(TrainingFeature).train()
    progress = app.window.toolbar.progress
    wait_for(lambda: progress.maximum() < 4 * progress.value())
    move(app.window.canvas, 0.4, 0.5)
    shoot(app, "training")
    app.services.runner.stop()
    wait_for(lambda: not app.services.runner.is_busy)
    app.use_theme("light")
    learn(app, shipped("letters-seeds", training={"epochs": 3000}))
    show(app, "charts")
    shoot(app, "training-charts", app.window.panel(ChartsPanel))


def denoise(app: App) -> None:
    """Take a corrupted letter beside the answer of the shipped denoiser, and many of them."""
    open_model(app, "letters-denoise")
    show(app, "reconstructions")
    shoot(app, "denoising", app.window.panel(ReconstructionsPanel))
    app.window.set_perspective("draw")
    spin(0.5)
    dataset = app.services.workspace.dataset
    index = dataset.labels.index("g")
    app.services.drawing.load(dataset.images[index, 0], dataset.labels[index])
    app.services.drawing.apply_noise(_NOISE, _NOISE_SEED)
    shoot(app, "drawing")
    shoot(app, "drawing-panels", app.window.panel(DrawPanel), app.window.panel(AnswerPanel))


def optimisers(app: App) -> None:
    """Take conjugate gradients on letters."""
    learn(app, shipped("letters-cg", training={"epochs": 300}))
    show(app, "charts")
    charts = app.window.panel(ChartsPanel)
    before = charts.choices()
    charts.set_choices({**before, "share": False, "evaluations": True})
    shoot(app, "optimisers", charts)
    charts.set_choices(before)


def sparse(app: App) -> None:
    """Take a sparse code of letters."""
    learn(app, shipped("letters-sparse", training={"epochs": 2000}))
    show(app, "code")
    shoot(app, "sparse", app.window.panel(CodePanel))


def code(app: App) -> None:
    """Take the effect of each number of a variational code of digits."""
    recipe = shipped("mnist-vae-20", data={"source": "digits"})
    network = recipe.network.model_copy(
        update={"latent": recipe.network.latent.model_copy(update={"units": 12})}
    )
    training = recipe.training.model_copy(update={"epochs": 120, "batch_size": 64})
    learn(app, recipe.model_copy(update={"network": network, "training": training}))
    show(app, "code")
    panel = app.window.panel(CodePanel)
    panel.order.setCurrentIndex(1)
    panel.order.activated.emit(1)
    shoot(app, "code", panel)


def convolutions(app: App) -> None:
    """Take reconstructions of digits by a small convolutional network."""
    recipe = shipped("mnist-conv-64", data={"source": "digits"})
    network = recipe.network.model_copy(
        update={"latent": recipe.network.latent.model_copy(update={"units": 10})}
    )
    training = recipe.training.model_copy(update={"epochs": 60, "batch_size": 64})
    learn(app, recipe.model_copy(update={"network": network, "training": training}))
    show(app, "reconstructions")
    shoot(app, "convolutions", app.window.panel(ReconstructionsPanel))


def variational(app: App) -> None:
    """Take the map of the shipped variational autoencoder, and other maps beside it."""
    open_model(app, "mnist-vae-2")
    move(app.window.canvas, 0.55, 0.45)
    spin(3.0)
    shoot(app, "variational", app.window.canvas)
    app.window.set_perspective("compare")
    spin(1.0)
    app.window.panel(ProjectionsPanel).compute_requested.emit()
    spin(1.0)
    maps = app.services.of(ProjectionService)
    wait_for(lambda: all(state.figures is not None for state in maps.maps))
    app.window.panel(ProjectionsPanel).fit()
    shoot(app, "projections", app.window.panel(ProjectionsPanel))


def emojis(app: App) -> None:
    """Take the shipped map of faces: from hearts to devils, cats and faces."""
    open_model(app, "emoji-faces")
    app.window.set_perspective("wander")
    spin(2.0)
    move(app.window.canvas, 0.42, 0.62)
    spin(1.0)
    shoot(app, "emojis", app.window.canvas)


def classifier(app: App) -> None:
    """Take the report of a classifier of digits."""
    split = {"validation": 0.2, "seed": 0}
    recipe = shipped("mnist-stacked", data={"source": "digits", "split": split})
    encoder = tuple(layer.model_copy(update={"units": 200}) for layer in recipe.network.encoder)
    latent = recipe.network.latent.model_copy(update={"units": 100})
    network = recipe.network.model_copy(update={"encoder": encoder, "latent": latent})
    learn(app, recipe.model_copy(update={"network": network}))
    show(app, "classifier")
    spin(2.0)
    shoot(app, "classifier", app.window.panel(ClassifierPanel))


def gan(app: App) -> None:
    """Take digits generated by a GAN."""
    learn(app, shipped("digits-gan", training={"epochs": 300}))
    show(app, "gan")
    spin(1.0)
    shoot(app, "gan", app.window.panel(GanPanel))


def making(app: App) -> None:
    """Take a path from a 1 through other digits, by the decoder's metric."""
    open_model(app, "mnist-vae-2")
    services = app.services
    wait_for(lambda: services.shown.codes is not None)
    codes = services.shown.codes
    assert codes is not None
    for digit in "1463":
        # Of a large set only a part of the samples may have codes.
        labels = [services.shown.dataset.labels[index] for index in codes.indices.tolist()]
        row = labels.index(digit)
        services.workspace.annotations.pin(codes.values[row], digit)
    services.of(Making).paths.set_kind("geodesic")
    app.window.panel(MakingPanel).path.set_choices("geodesic", services.of(Making).paths.count)
    app.window.set_perspective("wander")
    show(app, "making")
    wait_for(lambda: getattr(services.of(Making).paths.latest, "kind", "") == "geodesic")
    app.window.panel(MakingPanel).path.strip.step_chosen.emit(20)
    shoot(app, "making", app.window.panel(MakingPanel))


def time(app: App) -> None:
    """Take an early epoch of three seeds, one of them as a ghost."""
    app.window.set_perspective("build")
    recipe = shipped("letters-2d", training={"epochs": 1500})
    learn(app, recipe.model_copy(update={"runs": 3}))
    show(app, "charts")
    codec = app.services.shown.codec
    assert codec is not None
    app.window.feature(TimeFeature).go_to(60)
    app.window.feature(TimeFeature).ghost.choose("run:1" if codec.run != 1 else "run:0")
    app.window.notifications.put_news_away()
    move(app.window.canvas, 0.62, 0.4)
    spin(1.0)
    shoot(app, "time")
    app.window.feature(TimeFeature).ghost.choose("")


def gallery(app: App) -> None:
    """Take the gallery of networks, as cards."""
    app.window.actions_table["gallery"].trigger()
    feature = app.window.feature(GalleryFeature)
    dialog = feature.dialog
    assert dialog is not None
    # Training times are estimated in the background.
    wait_for(lambda: any(item.time for item in [dialog.cards.chosen_item()] if item is not None))
    dialog.resize(_CARDS)
    spin(0.5)
    write(dialog.grab(), "gallery")
    dialog.reject()


def tour(app: App) -> None:
    """Take the first step of the tour, on the real window."""
    open_model(app, "letters-2d")
    app.window.actions_table["tour"].trigger()
    feature = app.window.feature(TourFeature)
    wait_for(feature.card.isVisible)
    move(app.window.canvas, 0.5, 0.4)
    spin(1.0)
    shoot(app, "tour")
    feature.leave()
    app.window.set_perspective("build")


def messages(app: App) -> None:
    """Take the message list, after a training and a network for other data."""
    learn(app, shipped("letters-2d", training={"epochs": 1500}))
    workspace = app.services.workspace
    app.services.requests.data.emit("digits")
    wait_for(lambda: workspace.recipe.data.source == "digits" and not workspace.loading.is_busy)
    spin(1.0)
    app.window.show_messages()
    listed = app.window.findChild(MessageList)
    assert listed is not None
    wait_for(listed.isVisible)
    write(listed.grab(), "messages")
    listed.close()


def do_study(app: App, plan: StudyPlan, recipe: Recipe) -> StudiesPanel:
    """Run a study of ``recipe`` to its end, in the arrangement for studies."""
    # A new document has no unsaved changes, about which opening a run of the study would ask.
    take(app, recipe)
    path = Path(os.environ["XDG_DATA_HOME"]) / f"{plan.name.lower().replace(' ', '-')}.aegui-study"
    save_plan(path, with_recipe(plan, recipe))
    app.window.actions_table["studies"].trigger()
    runs = app.services.of(StudyRuns)
    runs.choose(path)
    wait_for(lambda: runs.sheet is not None and runs.sheet.path == path and bool(runs.sheet.cost))
    runs.start()
    wait_for(lambda: not runs.job.is_busy)
    app.window.notifications.close_all()
    show(app, "studies")
    return app.window.panel(StudiesPanel)


def seeds(app: App) -> None:
    """Take a thousand networks that differ only in their seed, one of them on the map."""
    optimizer = {"name": "adam", "learning_rate": 0.02}
    recipe = shipped("letters-seeds", training={"epochs": 300, "optimizer": optimizer})
    plan = StudyPlan(
        name=typed("A thousand seeds"),
        goal=Goal(figure="worst", at_most=1.0),
        figure="wrong",
        seeds=Seeds(count=1000),
    )
    panel = do_study(app, plan, recipe)
    panel.pages.show_page("phase")
    page = panel.pages.page("phase")
    assert isinstance(page, PhasePage)
    wait_for(lambda: page.field.picture is not None and len(page.field.view.shapes) == 1000)
    before = app.services.shown.recipe
    box = page.field.view.shapes[318].path.boundingRect()
    QTest.mouseClick(page.field.view, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    wait_for(lambda: app.services.shown.recipe != before and is_encoded(app))
    app.window.notifications.close_all()
    spin(2.0)
    shoot(app, "seeds")


def library(app: App) -> None:
    """Take the results of a study, and its settings in the library, two of them compared."""
    plan = StudyPlan(
        name=typed("Activations"),
        figure="wrong",
        seeds=Seeds(count=8),
        axes=(
            StudyAxis(
                label=typed("activation"),
                path="network.encoder.0.activation",
                values=("tanh", "relu", "sigmoid", "elu"),
            ),
        ),
    )
    study = do_study(app, plan, shipped("letters-seeds", training={"epochs": 400}))
    study.pages.show_page("overview")
    spin(2.0)
    shoot(app, "study", study)
    app.window.actions_table["library"].trigger()
    show(app, "library", 520)
    panel = app.window.panel(LibraryPanel)
    entries, at = panel.table.entries, panel.view.columns.index("name")
    chosen = ("Tanh", "ReLU")

    def known() -> dict[str, str]:
        rows = ((place, entries.row(place)) for place in range(entries.rowCount()))
        return {entries.index(place, at).data(): row.id for place, row in rows if row is not None}

    wait_for(lambda: known().keys() >= set(chosen))
    names = known()
    panel.table.choose([names[name] for name in chosen])
    wait_for(lambda: len(panel.side.ids) == 2)
    spin(1.0)
    shoot(app, "library", panel)


def lesson(app: App) -> None:
    """Take a completed step of a lesson: prediction, result, and its check."""
    app.window.set_perspective("build")
    show(app, "lessons")
    app.services.requests.lesson.emit("compress")
    panel = app.window.panel(LessonsPanel)
    page = panel.page
    wait_for(lambda: panel.currentWidget() is page)
    page.next.click()
    page.prediction.number.setValue(4)
    page.prediction.keep.click()
    wait_for(page.do.isEnabled)
    page.do.click()
    wait_for(lambda: page.lines[0].text().startswith("✓"))
    app.window.notifications.close_all()
    move(app.window.canvas, 0.5, 0.5)
    shoot(app, "lesson", panel)
    app.window.docks["lessons"].close()


def source(app: App) -> None:
    """Take the course network as PyTorch code, compared with the program, a layer highlighted."""
    take(app, shipped("letters-course"))
    show(app, "source", 470)
    panel = app.window.panel(SourcePanel)
    wait_for(lambda: panel.badge.text().startswith("✓"))
    shown = app.services.of(SourceService)
    assert shown.printed is not None
    app.services.of(HighlightedLayer).light(shown.printed.indices[0])
    shoot(app, "source-code", panel)
    app.services.of(HighlightedLayer).light(None)
    app.window.docks["source"].close()


def journey(app: App) -> None:
    """Take a pixel of the answer to a letter, traced one layer back."""
    open_model(app, "letters-2d")
    app.window.set_perspective("draw")
    dataset = app.services.workspace.dataset
    index = dataset.labels.index("g")
    app.services.drawing.load(dataset.images[index, 0], dataset.labels[index])
    app.services.requests.number.emit("drawing", 19)
    show(app, "journey", 420)
    panel = app.window.panel(JourneyPanel)
    wait_for(lambda: bool(app.services.of(JourneyPath).path))
    spin(1.0)
    shoot(app, "journey", panel)
    app.window.docks["journey"].close()
    app.window.set_perspective("build")


def parity(app: App) -> None:
    """Take published figures beside those of a machine on which nothing was trained yet."""
    app.window.actions_table["parity"].trigger()
    dialog = app.window.feature(ParityFeature).dialog
    assert dialog is not None
    wait_for(lambda: dialog.state is not None)
    dialog.resize(_ROWS)
    spin(0.5)
    write(dialog.grab(), "published")
    dialog.reject()


def challenge(app: App) -> None:
    """Take a set-up with a goal that it has reached: the badge."""
    take(app, shipped("letters-course"))
    line = "lowercase 35-25-10-2 tanh | adam 0.01 | bce | 2000 epochs | seed 0"
    app.services.requests.line.emit(f"{line} | goal: 32 of 32 within 1 px with <= 2400 weights")
    feature = app.window.feature(ChallengeFeature)
    wait_for(feature.badge.isVisible)
    app.window.feature(TrainingFeature).train()
    kept = app.services.workspace.annotations
    wait_for(lambda: kept.challenge is not None and kept.challenge.reached is not None)
    wait_for(lambda: not app.services.runner.is_busy)
    spin(1.0)
    shoot(app, "challenge", app.window.toolbar)
    feature.drop()
    app.window.notifications.close_all()


def teacher(app: App) -> None:
    """Take what a teacher file hides and locks."""
    take(app, shipped("letters-course"))
    app.window.actions_table["teacher_file"].trigger()
    dialog = app.window.findChild(TeacherDialog)
    assert dialog is not None
    dialog.title.setText(typed("Group B"))
    dialog.lesson.setCurrentIndex(1)
    panels = dialog.tree.topLevelItem(0)
    assert panels is not None
    for row in (9, 12):
        panel = panels.child(row)
        assert panel is not None
        panel.setCheckState(1, Qt.CheckState.Checked)
    spin(0.5)
    write(dialog.grab(), "teacher")
    dialog.reject()


PICTURES = {
    picture.__name__: picture
    for picture in (
        wander,
        layers,
        data,
        builder,
        train,
        denoise,
        optimisers,
        sparse,
        code,
        convolutions,
        variational,
        emojis,
        classifier,
        gan,
        making,
        time,
        gallery,
        tour,
        messages,
        seeds,
        library,
        lesson,
        source,
        journey,
        parity,
        challenge,
        teacher,
    )
}
"""Pictures by name; each restores the light theme and the default window size."""


def main(arguments: list[str]) -> int:
    """Take the pictures, with temporary folders for settings and data."""
    parser = argparse.ArgumentParser(prog="installer.screenshots", description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, default=ENGLISH)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    options = parser.parse_args(arguments)
    names: list[str] = options.names
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        parser.error(f"no picture called {unknown[0]}; there are {', '.join(PICTURES)}")
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
            os.environ[name] = home
        application = QApplication(sys.argv[:1])
        settings = Settings.load(Path(home) / "settings.json")
        # Hints are shown to new users only.
        settings.keep({hint_key(key): True for key in HINTS})
        app = App(application, settings, Path(home) / "autosave")
        app.use_language(options.language)
        app.use_theme("light")
        app.start()
        app.window.resize(SIZE)
        spin(3.0)
        for name in names or PICTURES:
            with time_limit(name):
                PICTURES[name](app)
        app.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
