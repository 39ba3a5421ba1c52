"""The window at 100 to 200% scale of screen and text: complete and sharp."""

from __future__ import annotations

import json
import multiprocessing
from multiprocessing import forkserver
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from aegui.window.docks import PERSPECTIVES
from tests.harness import scaled
from tests.harness.fitting import is_enlarged
from tests.harness.scaled import DIALOGS, Case, visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess
    from pathlib import Path

SMALL, MIDDLE, LARGE = (1024, 700), (1280, 800), (1920, 1040)
_FRAME_PX = 40
"""Height of the frame of a window, in logical pixels."""
_PATIENCE_S = 300.0


CASES = (
    Case(1, "es", "light", 1, SMALL),
    Case(1.25, "en", "dark", 1, SMALL),
    Case(1.5, "es", "dark", 1, SMALL),
    Case(2, "es", "light", 1, SMALL),
    Case(1, "en", "dark", 1.5, MIDDLE),
    Case(1, "es", "contrast", 2, LARGE),
)
_AHEAD = 3
"""Processes at a time: two thirds of the time of one are waiting for its dialogs to rest."""


class _Visits:
    """Visits of all arrangements and dialogs, each in a process that may begin before its turn."""

    def __init__(self, folder: Path, wanted: list[int]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._begun: dict[int, tuple[BaseProcess, Connection]] = {}
        self._context: ForkServerContext | SpawnContext = multiprocessing.get_context("spawn")
        if "forkserver" in multiprocessing.get_all_start_methods():
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload([scaled.__name__, *scaled.IMPORTED])
            with pytest.MonkeyPatch.context() as patch:
                # A process with threads must not fork, and numpy's BLAS starts threads on import.
                patch.setenv("OPENBLAS_NUM_THREADS", "1")
                patch.setenv("OMP_NUM_THREADS", "1")
                forkserver.ensure_running()

    def found(self, place: int) -> dict[str, object]:
        """Return what the process of the case at ``place`` has found."""
        for each in self._wanted[self._wanted.index(place) :][:_AHEAD]:
            if each not in self._begun:
                self._begun[each] = self._begin(each)
        _, connection = self._begun[place]
        assert connection.poll(_PATIENCE_S)
        found: dict[str, object] = connection.recv()
        return found

    def _begin(self, place: int) -> tuple[BaseProcess, Connection]:
        case = CASES[place]
        folder = self._folder / str(place)
        folder.mkdir()
        wide, high = (round(case.scale * side) for side in (case.size[0], case.size[1] + _FRAME_PX))
        screen = {"name": "small", "x": 0, "y": 0, "width": wide, "height": high, "dpr": 1}
        screen |= {"logicalDpi": 96, "logicalBaseDpi": 96}
        file = folder / "screen.json"
        file.write_text(json.dumps({"screens": [screen]}), "utf-8")
        settings = {
            "QT_QPA_PLATFORM": f"offscreen:configfile={file}",
            "QT_SCALE_FACTOR": str(case.scale),
        }
        folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        environment = dict.fromkeys(folders, str(folder)) | settings
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=visit, args=(case, environment, theirs))
        process.start()
        # The end of this process's copy is the end of the file where the other one fails.
        theirs.close()
        return process, ours

    def end(self) -> None:
        """End the processes that have not ended."""
        for process, connection in self._begun.values():
            connection.close()
            process.kill()
            process.join()
            process.close()
        if self._context.get_start_method() == "forkserver":
            # Holds all modules in memory until then.
            forkserver._forkserver._stop()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def visits(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_Visits]:
    chosen = [
        place
        for item in request.session.items
        if isinstance(item, pytest.Function) and "visits" in item.fixturenames
        if isinstance(place := item.callspec.params["place"], int)
    ]
    made = _Visits(tmp_path_factory.mktemp("scaled"), chosen)
    yield made
    made.end()


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", range(len(CASES)), ids=["-".join(map(str, case[:4])) for case in CASES]
)
def test_every_arrangement_is_whole_and_sharp(visits: _Visits, place: int) -> None:
    found = visits.found(place)
    assert found.pop("ratio") == CASES[place].scale
    assert found == {key: [] for key in (*PERSPECTIVES, *DIALOGS)}


def test_the_checker_sees_what_is_enlarged() -> None:
    lines = QImage(80, 80, QImage.Format.Format_RGB32)
    lines.fill(0xFFFFFF)
    for place in range(0, 80, 3):
        for x in range(80):
            lines.setPixel(x, (place + x // 2) % 80, 0)
    assert not is_enlarged(lines)
    assert is_enlarged(lines.scaled(160, 160))
    assert not is_enlarged(QImage(80, 80, QImage.Format.Format_RGB32)), "nothing is drawn"
