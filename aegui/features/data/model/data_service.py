"""Background work on data sets besides training: downloads, statistics and searches."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import Signal, Slot

from aegui.core.data.card import card
from aegui.core.data.published import PUBLISHED
from aegui.core.data.select import search
from aegui.core.i18n import tr
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset


class DataService(Service):
    """Downloads sets, computes their cards and searches them, in worker threads."""

    downloaded = Signal(str)
    """Emitted with the key of a set once it has been downloaded."""
    download_failed = Signal(str, object)
    """Emitted with key and reason; partial downloads are kept to be resumed."""
    card_ready = Signal(object, object)
    """Emitted with the ``Dataset`` and its ``DataCard``."""
    found = Signal(object, object)
    """Emitted with the searched ``Dataset`` and the places of the matches, int64 ``[n]``."""

    def __init__(self) -> None:
        super().__init__()
        self.downloading = ProgressJob("aegui-download", self)
        self._cards: WeakKeyDictionary[Dataset, DataCard] = WeakKeyDictionary()
        self._requested: Dataset | None = None
        self._making = Derived("aegui-card", self, urgent=False)
        self._making.answered.connect(self._on_making_answered)
        self._searches = Derived("aegui-search", self, urgent=False)
        self._searches.answered.connect(self._on_searches_answered)

    def download(self, key: str) -> None:
        """Start or resume the download of the set ``key`` of ``PUBLISHED``."""
        # Imported late, as the network modules are slow to import.
        from aegui.core.data.download import download

        self.downloading.start(
            tr("Downloading {name}", name=PUBLISHED[key].title),
            lambda report, cancelled: download(key, report, cancelled),
            lambda _result: self.downloaded.emit(key),
            lambda error: self.download_failed.emit(key, str(error)),
        )

    def take_files(self, key: str, paths: Sequence[Path]) -> None:
        """Copy the files of the set ``key`` from ``paths``; emits the signals of a download."""
        from aegui.core.data.download import take_files

        self.downloading.start(
            tr("Copying {name}", name=PUBLISHED[key].title),
            lambda report, cancelled: take_files(key, paths, report, cancelled),
            lambda _result: self.downloaded.emit(key),
            lambda error: self.download_failed.emit(key, str(error)),
        )

    def request_card(self, dataset: Dataset) -> DataCard | None:
        """Return the card of ``dataset`` if cached; else compute it, and ``card_ready`` follows."""
        known = self._cards.get(dataset)
        if dataset is not self._requested:
            self._requested = dataset
            self._making.forget()
            if known is None:
                self._making.compute(
                    lambda _report, cancelled: (dataset, card(dataset, cancelled=cancelled))
                )
        return known

    def search(self, dataset: Dataset, text: str) -> None:
        """Search samples by name; ``found`` is emitted for the newest request only."""
        self._searches.ask(lambda: (dataset, search(dataset, text)))

    def forget_search(self) -> None:
        """Cancel the running search."""
        self._searches.forget()

    @Slot(object)
    def _on_making_answered(self, answer: tuple[Dataset, DataCard]) -> None:
        dataset, card = answer
        self._cards[dataset] = card
        self.card_ready.emit(dataset, card)

    @Slot(object)
    def _on_searches_answered(self, answer: tuple[Dataset, NDArray[np.int64]]) -> None:
        self.found.emit(*answer)
