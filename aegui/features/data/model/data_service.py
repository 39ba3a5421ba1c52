"""What is done with sets beside training: fetching them, and finding out about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Qt, Signal, Slot

from aegui.core.data.card import card
from aegui.core.data.download import download
from aegui.core.data.published import PUBLISHED
from aegui.core.data.select import search
from aegui.core.data.writers import write_dataset
from aegui.core.errors import Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.latest_job import LatestJob
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset


class DataService(QObject):
    """Downloads and cards, in the background."""

    downloaded = Signal(str)
    """The set of that key is on this computer now."""
    download_failed = Signal(str, str)
    """Key, and why; what has come is kept, to go on from there."""
    write_failed = Signal(str)
    """A set could not be written, and why."""
    card_made = Signal(object, object)
    """The ``Dataset`` and its ``DataCard``."""
    found = Signal(object, object)
    """The ``Dataset`` that was searched, and the places of what was found, int64 ``[n]``."""
    _ready = Signal(object)
    _searched = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.downloading = ProgressJob("aegui-download", self)
        self.writing = ProgressJob("aegui-write", self)
        self._cards: WeakKeyDictionary[Dataset, DataCard] = WeakKeyDictionary()
        self._job = LatestJob("aegui-card")
        self._wanted: Dataset | None = None
        self._search = LatestJob("aegui-search")
        self._searches = 0
        self._searched.connect(self._on_searched, Qt.ConnectionType.QueuedConnection)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def download(self, key: str) -> None:
        """Fetch the set ``key`` of ``PUBLISHED``, or the rest of it."""
        self.downloading.start(
            tr("Downloading {name}", name=PUBLISHED[key].title),
            lambda report, cancelled: download(key, report, cancelled),
            lambda _result: self.downloaded.emit(key),
            lambda error: self.download_failed.emit(key, str(error)),
        )

    def write(self, path: str, dataset: Dataset, done: Callable[[], None]) -> None:
        """Write ``dataset`` to ``path``, then call ``done``; failures are ``write_failed``."""
        self.writing.start(
            tr("Writing {name}", name=Path(path).name),
            lambda _report, _cancelled: write_dataset(path, dataset),
            lambda _result: done(),
            lambda error: self.write_failed.emit(str(error)),
        )

    def request_card(self, dataset: Dataset) -> DataCard | None:
        """The card of ``dataset`` if it is known; else it is made, and ``card_made`` follows."""
        known = self._cards.get(dataset)
        self._wanted = dataset
        if known is None:
            self._job.submit(lambda: self._make_card(dataset))
        return known

    def search(self, dataset: Dataset, text: str) -> None:
        """Look for samples by name; ``found`` follows, of the newest request only."""
        self._searches += 1
        number = self._searches
        self._search.submit(lambda: self._searched.emit((number, dataset, search(dataset, text))))

    def forget_search(self) -> None:
        """Nothing is looked for any more."""
        self._searches += 1

    def shutdown(self) -> None:
        """Stop all work."""
        self.downloading.shutdown()
        self.writing.shutdown()
        self._wanted = None
        self._job.shutdown()
        self._search.shutdown()

    def _make_card(self, dataset: Dataset) -> None:
        """In the thread; given up as soon as another set is looked at."""
        try:
            made = card(dataset, cancelled=lambda: self._wanted is not dataset)
        except Cancelled:
            return
        self._ready.emit((dataset, made))

    @Slot(object)
    def _on_ready(self, answer: tuple[Dataset, DataCard]) -> None:
        dataset, made = answer
        self._cards[dataset] = made
        if dataset is self._wanted:
            self.card_made.emit(dataset, made)

    @Slot(object)
    def _on_searched(self, answer: tuple[int, Dataset, NDArray[np.int64]]) -> None:
        number, dataset, indices = answer
        if number == self._searches:
            self.found.emit(dataset, indices)
