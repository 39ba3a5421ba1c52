"""A map at the device pixel ratio of its process: what partial repaints leave on the screen.

``python -m tests.harness.seams`` moves the mouse over a canvas at several places of its window,
with the card of a decoded image, of a sample or the lens at the cursor, and prints as JSON after
which moves the screen differs from a repaint of the whole canvas.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from aegui.qt_import import import_qt

import_qt()

import numpy as np  # noqa: E402
from PySide6.QtCore import QPoint, QRect  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from aegui.features.map.view.canvas import LatentCanvas  # noqa: E402
from aegui.kit.theme import LIGHT, apply_theme  # noqa: E402
from tests.features.map.view.canvases import LABELS, images, pixel_of, ring  # noqa: E402

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_PLACES = tuple(QRect(at % 4, at // 2, 500 + at, 400 + 3 * at) for at in range(8))
"""Of the canvas in its window: at multiples of a quarter all fractions of a pixel occur."""
_MOVES = 8
_SPACING = 0.2


def main() -> None:
    """Move the mouse, and print what was found."""
    application = QApplication(sys.argv[:1])
    apply_theme(application, LIGHT)
    window = QWidget()
    # Of a window Qt's offscreen platform shows as many device pixels as it has logical ones.
    window.resize(1100, 900)
    canvas = LatentCanvas()
    canvas.setParent(window)
    canvas.set_samples(LABELS, images())
    canvas.set_codes(ring())
    window.show()
    rng = np.random.default_rng(5)
    image, fan = (rng.random((*grid, 7, 5)).astype(np.float32) for grid in ((), (3, 3)))
    seams, moves = [], 0
    for place in _PLACES:
        canvas.setGeometry(place)
        QTest.mouseMove(canvas, QPoint(2, 2))
        QApplication.processEvents()
        to = rng.uniform((60, 30), (440, 370), (_MOVES, 2)).tolist()
        to += [pixel_of(canvas, code) for code in ring()]
        for lens in (False, True):
            for x, y in to:
                QTest.mouseMove(canvas, QPoint(round(x), round(y)))
                canvas.set_preview(image)
                canvas.set_fan(fan if lens else None, _SPACING)
                QApplication.processEvents()
                partly = _shown(window)
                canvas.repaint()
                moves += 1
                if partly != _shown(window):
                    seams.append((place.getRect(), lens, round(x), round(y)))
    found = {"ratio": canvas.devicePixelRatioF(), "moves": moves, "seams": seams}
    sys.stdout.write(json.dumps(found) + "\n")


def _shown(window: QWidget) -> QImage:
    return window.screen().grabWindow(window.winId()).toImage()


if __name__ == "__main__":
    main()
