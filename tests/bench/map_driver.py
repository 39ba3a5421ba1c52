"""Driver of ``map_frames.py``: pans and zooms one real map; prints JSON.

``python -m tests.bench.map_driver letters|digits|emojis|faces|POINTS``
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from aegui.core.data.load import load_data
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import load_recipe
from aegui.core.run_file.saved import load_run
from aegui.core.training.loop.train import train
from aegui.features.map.model.plane_service import PlaneService
from aegui.features.map.view.canvas import LatentCanvas
from aegui.kit.theme import LIGHT, apply_theme
from aegui.paths import models_dir, resources_dir
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.session.map.decode_service import Decoded, DecodeService
from tests.bench.figures import percentile
from tests.bench.live_window import Paints

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.core.run_file.saved import SavedRun
    from aegui.features.map.model.plane_tiles import Plane, PlaneRequest

SIZE = (1200, 800)
FRAMES = 300
JUMPS = 12
MODELS = {"letters": "letters-2d", "faces": "emoji-faces"}
"""Case -> shipped model whose own samples are on the map."""


class Bench:
    """A map with its decoded plane, and functions to move it."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.canvas = LatentCanvas()
        self.canvas.resize(*SIZE)
        self.service = PlaneService()
        self.service.decoded.connect(self._on_decoded)
        self.decode = DecodeService()
        self.decode.decoded.connect(self._on_image_decoded)
        self.images = 0
        self.waiting = QEventLoop()
        self.canvas.view_changed.connect(self._on_view_changed)
        self.plane: Plane | None = None
        self.wanted: PlaneRequest | None = None
        self.planes = 0

    def _on_view_changed(self, wanted: PlaneRequest) -> None:
        self.wanted = wanted
        self.service.request(wanted)

    def _on_decoded(self, plane: Plane) -> None:
        self.plane = plane
        self.planes += 1
        self.canvas.set_plane(plane)

    def _on_image_decoded(self, decoded: Decoded) -> None:
        self.images += 1
        self.waiting.quit()
        self.canvas.set_preview(decoded.image.reshape(self.codec.image_shape))

    def close(self) -> None:
        """Shut down the decoders and close the window."""
        self.service.shutdown()
        self.decode.shutdown()
        self.canvas.close()

    def settle(self, seconds: float = 5.0) -> None:
        """Wait until the requested plane is complete."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            QApplication.processEvents()
            plane, wanted = self.plane, self.wanted
            if plane and wanted and plane.complete and plane.rect == wanted.rect:
                break
            time.sleep(0.0005)
        QApplication.processEvents()

    def frames(
        self, step: Callable[[int], None], count: int = FRAMES, *, whole: bool = True
    ) -> tuple[list[float], list[float]]:
        """Return the ms from each of ``count`` steps until it is painted, and the CPU ms of each.

        The second is CPU time of the GUI thread, without the waiting on a busy machine. Planes
        that arrive during a step are taken over in the next frame. With ``whole`` all of the map is
        repainted, as for a moving view; otherwise only what the step has marked, as in the window.
        """
        paints = Paints(self.canvas)
        times, work = [], []
        for number in range(count):
            begun, worked = time.perf_counter(), time.thread_time()
            QApplication.processEvents()
            step(number)
            if whole:
                self.canvas.repaint()
            else:
                QApplication.sendPostedEvents(self.canvas, QEvent.Type.UpdateRequest.value)
            spent = time.perf_counter() - begun
            times.append(1000 * spent)
            work.append(1000 * (time.thread_time() - worked))
            # A screen of 60 Hz; the sleep also gives the decoder's thread its turn.
            time.sleep(max(0.0, 1 / 60 - spent))
        if paints.count < count:
            raise RuntimeError(f"of {count} steps only {paints.count} were painted")
        return times, work


def pan(bench: Bench) -> Callable[[int], None]:
    """Pan in circles across the whole map."""

    def step(number: int) -> None:
        angle = 2 * np.pi * number / 150
        bench.canvas.navigation.pan(14 * float(np.cos(angle)), 14 * float(np.sin(angle)))

    return step


def zoom(bench: Bench) -> Callable[[int], None]:
    """Zoom in and out with a high-resolution wheel about an off-centre point."""

    def step(number: int) -> None:
        turns = 0.25 if number // 75 % 2 == 0 else -0.25
        wheel(bench.canvas, 700.0, 350.0, turns)

    return step


def wheel(canvas: LatentCanvas, x: float, y: float, turns: float) -> None:
    """Turn the wheel over the map."""
    at = QPointF(x, y)
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * turns)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def hover(bench: Bench) -> Callable[[int], None]:
    """Move the mouse over the map, with the image under it decoded as in the window."""

    def step(number: int) -> None:
        at = QPointF(600 + 400 * np.cos(number / 23), 400 + 300 * np.sin(number / 17))
        nothing = Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            QPointF(bench.canvas.mapToGlobal(at)),
            nothing,
            nothing,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(bench.canvas, event)
        code = bench.canvas.map_cursor.code()
        if code is None:
            return
        before = bench.images
        bench.decode.request(code)
        if bench.images == before:
            # Not by polling, which would keep the decoder's thread from running.
            bench.waiting.exec()

    return step


def jumps(bench: Bench) -> list[float]:
    """Return the ms from a jump to an unseen region until its full plane is painted."""
    times = []
    rng = np.random.default_rng(2)
    for _ in range(JUMPS):
        bench.canvas.fit()
        bench.canvas.navigation.fit(animated=False)
        bench.settle()
        x, y = rng.uniform(0.2, 0.8, 2) * SIZE
        begun = time.perf_counter()
        bench.canvas.navigation.zoom(float(rng.uniform(3, 9)), float(x), float(y))
        bench.settle()
        bench.canvas.repaint()
        times.append(1000 * (time.perf_counter() - begun))
    return times


def drawn(codec: Codec, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return images ``[count, 1, H, W]`` and codes ``[count, 2]`` in ten clusters."""
    rng = np.random.default_rng(0)
    few = rng.random((min(count, 1000), *codec.image_shape)).astype(np.float32)
    images = np.concatenate([few] * -(-count // len(few)))[:count]
    middles = rng.normal(size=(10, 2))
    codes = middles[np.arange(count) % 10] + 0.35 * rng.normal(size=(count, 2))
    return images, codes.astype(np.float32)


def shown(run: SavedRun) -> tuple[Bench, NDArray[np.float32]]:
    """Return the map of a run's own samples, and their codes."""
    codec, dataset = run.codec(run.best_run), run.dataset
    bench = Bench(codec)
    image_style = GLYPHS if dataset.is_binary else ImageStyle(glyphs=False)
    bench.canvas.set_samples(dataset.labels, dataset.images, image_style)
    return bench, codec.encode(dataset.flat())


def crowded(case: str) -> tuple[Bench, NDArray[np.float32]]:
    """Return the map of many synthetic samples, and their codes."""
    run = load_run(models_dir() / "mnist-vae-2.aegui")
    codec = run.codec(run.best_run)
    count = 70_000 if case == "digits" else int(case)
    images, codes = drawn(codec, count)
    classes = np.arange(count) % 10
    bench = Bench(codec)
    labels = [str(number) for number in classes.tolist()]
    bench.canvas.set_samples(labels, images, ImageStyle(glyphs=False))
    bench.canvas.set_classes([str(number) for number in range(10)], classes)
    return bench, codes


def emojis() -> tuple[Bench, NDArray[np.float32]]:
    """Return the map of all emojis by an untrained dense decoder 2-128-256-12288, with codes."""
    recipe = load_recipe(resources_dir() / "recipes/emoji-vae-2.json")
    dataset = load_data(recipe.data)
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    snapshot = next(iter(train(resolved))).snapshot()
    codec = Codec(recipe, dataset.image_shape, snapshot, 0)
    bench = Bench(codec)
    bench.canvas.set_samples(dataset.labels, dataset.images, ImageStyle(glyphs=False))
    return bench, codec.encode(dataset.flat())


def build(case: str) -> Bench:
    """Return the map of a case, fitted and settled."""
    if case == "emojis":
        bench, codes = emojis()
    elif case in MODELS:
        bench, codes = shown(load_run(models_dir() / f"{MODELS[case]}.aegui"))
    else:
        bench, codes = crowded(case)
    bench.canvas.show()
    bench.canvas.set_codes(codes)
    bench.service.set_codec(bench.codec)
    bench.decode.set_codec(bench.codec)
    bench.settle()
    return bench


def measure(case: str) -> dict[str, float]:
    """Return all figures of one case."""
    bench = build(case)
    found: dict[str, float] = {"planes": 0}
    for name, way in (("pan", pan), ("zoom", zoom), ("hover", hover)):
        bench.canvas.navigation.fit(animated=False)
        bench.settle()
        times, work = bench.frames(way(bench), whole=way is not hover)
        for percent in (50, 95, 99):
            found[f"{name}_p{percent}"] = percentile(times, percent)
            found[f"{name}_work_p{percent}"] = percentile(work, percent)
        bench.settle()
    found["jump_p50"] = percentile(jumps(bench), 50)
    found["planes"] = bench.planes
    bench.close()
    return found


def main() -> None:
    """Print the figures of the case given on the command line."""
    application = QApplication(sys.argv[:1])
    apply_theme(application, LIGHT)
    print(json.dumps(measure(sys.argv[1])))  # noqa: T201


if __name__ == "__main__":
    main()
