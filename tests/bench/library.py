"""The library with 10,000 entries: opening, filtering and grouping, by itself and in the window.

Times are CPU times of all threads, since wall-clock time on a shared machine depends on others. The
threads work one after the other, so that both agree on an idle machine.
"""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import time
from typing import TYPE_CHECKING

from aegui.core.library.entry import SeedRow, environment
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery, Search
from tests.bench.figures import Figure, at_most
from tests.core.library.made import entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.features.library.view.panel import LibraryPanel

ENTRIES = 10_000
ROUNDS = 9
FILTERS = ("wrong<1", "training.loss=mse", "#course", "tanh 7", "training.epochs>103 wrong>=5")
COLUMNS = ("starred", "name", "wrong", "loss", "runs", "data", "created", "tags", "note")
_MS = 1e3


def measure() -> list[Figure]:
    """Measure medians; in the window including painting."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("XDG_DATA_HOME")
        os.environ["XDG_DATA_HOME"] = folder
        try:
            filled = _filled()
            return [*_core(), *_window(), Figure("keeping 10,000 entries", filled, "s")]
        finally:
            if before is None:
                del os.environ["XDG_DATA_HOME"]
            else:
                os.environ["XDG_DATA_HOME"] = before


def _filled() -> float:
    """Add 10,000 entries of 50 studies, as after a term of course work; return CPU seconds."""
    known = environment("fused", "cpu")
    many = [
        entry(
            f"{'tanh' if n % 3 else 'relu'} {n}",
            study=f"study {n % 50}",
            setting=f"setting {n % 20}",
            tags=("course",) if n % 4 == 0 else (),
            environment=known,
            training={"loss": "mse" if n % 2 else "bce", "epochs": 100 + n % 7},
            seeds=tuple(
                SeedRow(
                    seed=seed,
                    figures={
                        "wrong": (n * 7919 + seed) % 1000 / 100,
                        "loss": (n * 104_729 + seed) % 1000 / 1e4,
                        "worst": float(n % 9),
                        "epochs": 100.0,
                    },
                )
                for seed in range(5)
            ),
        )
        for n in range(ENTRIES)
    ]
    begun = time.process_time()
    with Library() as library:
        for one in many:
            library.keep_entry(one)
    return time.process_time() - begun


def _ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median CPU time of ``work`` in milliseconds."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return _MS * statistics.median(taken)


def _core() -> list[Figure]:
    opened = _ms(lambda: Library().close(), 5)
    with Library() as library:

        def found(text: str) -> int:
            search = Search.read(text)
            query = LibraryQuery(text=search.words, tags=search.tags, where=search.where)
            return len(library.rows(query, COLUMNS))

        slowest = max(_ms(lambda text=text: found(text)) for text in FILTERS)  # type: ignore[misc]
        every = _ms(lambda: library.rows(LibraryQuery(), COLUMNS))
        figures = ("wrong", "loss")
        grouped = _ms(lambda: library.groups(LibraryQuery(), "training.loss", figures))
    return [
        at_most("library of 10,000: opened", opened, "ms", 1_000),
        at_most("library of 10,000: the slowest of five filters", slowest, "ms", 50),
        Figure("library of 10,000: all rows with nine columns", every, "ms"),
        Figure("library of 10,000: grouped, two figures", grouped, "ms"),
    ]


def _window() -> list[Figure]:
    """Measure from the query to the painted table, threads included; offscreen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from aegui.features.library.model.queries import LibraryQueries, LibraryView
    from aegui.features.library.view.panel import LibraryPanel

    app = QApplication.instance() or QApplication([])
    loop = QEventLoop()
    begun = time.process_time()
    panel, looks = LibraryPanel(), LibraryQueries()
    looks.answered.connect(panel.set_sheet)
    looks.answered.connect(lambda _sheet: loop.quit())
    panel.resize(1000, 460)
    panel.show()

    def ask(view: LibraryView, begun: float) -> float:
        """Return the milliseconds until the first answer is painted; further rows follow later."""
        panel.set_view(view)
        looks.ask(view)
        loop.exec()
        until = time.process_time()
        painted = time.thread_time()
        panel.table.grab()
        return _MS * (until - begun + time.thread_time() - painted)

    opened = ask(LibraryView(columns=COLUMNS), begun)
    _wait_for_all(panel, app)
    figures = [at_most("window of 10,000: from nothing to the painted table", opened, "ms", 1_000)]
    taken = []
    for text in FILTERS:
        # A different query each time; measured is its first answer including painting.
        views = [
            LibraryView(text=text, columns=COLUMNS, sort=sort)
            for sort in ("created", "name", "wrong", "loss", "data")
        ]
        times = []
        for view in views:
            times.append(ask(view, time.process_time()))
            _wait_for_all(panel, app)
        taken.append(statistics.median(times))
    slowest = max(taken)
    figures.append(at_most("window of 10,000: the slowest filter, painted", slowest, "ms", 50))
    ask(LibraryView(columns=COLUMNS), 0.0)
    _wait_for_all(panel, app)
    bar = panel.table.verticalScrollBar()
    places = iter(range(0, bar.maximum(), max(1, bar.maximum() // 20)))

    def scrolled() -> None:
        bar.setValue(next(places))
        panel.table.viewport().grab()

    figures.append(Figure("window of 10,000: scrolled and painted", _ms(scrolled), "ms"))
    looks.shutdown()
    panel.close()
    return figures


def _wait_for_all(panel: LibraryPanel, app: object) -> None:
    """Wait until all rows have arrived."""
    until = time.monotonic() + 10.0
    while time.monotonic() < until:
        app.processEvents()  # type: ignore[attr-defined]
        sheet = panel.table.entries.sheet
        if sheet is not None and sheet.view == panel.view and len(sheet.rows) == sheet.total:
            return
        time.sleep(0.002)
