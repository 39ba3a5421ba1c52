"""What is done with sets beside training: fetching them, and finding out about them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal, Slot

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
    """Downloads and cards, in the background."""

    downloaded = Signal(str)
    """The set of that key is on this computer now."""
    download_failed = Signal(str, str)
    """Key, and why; what has come is kept, to go on from there."""
    card_made = Signal(object, object)
    """The ``Dataset`` and its ``DataCard``."""
    found = Signal(object, object)
    """The ``Dataset`` that was searched, and the places of what was found, int64 ``[n]``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.downloading = ProgressJob("aegui-download", self)
        self._cards: WeakKeyDictionary[Dataset, DataCard] = WeakKeyDictionary()
        self._wanted: Dataset | None = None
        self._making = Derived("aegui-card", self, urgent=False)
        self._making.answered.connect(self._on_making_answered)
        self._searches = Derived("aegui-search", self, urgent=False)
        self._searches.answered.connect(self._on_searches_answered)

    def download(self, key: str) -> None:
        """Fetch the set ``key`` of ``PUBLISHED``, or the rest of it."""
        # What it needs to speak to others takes its time to import.
        from aegui.core.data.download import download

        self.downloading.start(
            tr("Downloading {name}", name=PUBLISHED[key].title),
            lambda report, cancelled: download(key, report, cancelled),
            lambda _result: self.downloaded.emit(key),
            lambda error: self.download_failed.emit(key, str(error)),
        )

    def take_files(self, key: str, paths: Sequence[Path]) -> None:
        """Copy the files of the set ``key`` from ``paths``; told as those of a download."""
        from aegui.core.data.download import take_files

        self.downloading.start(
            tr("Copying {name}", name=PUBLISHED[key].title),
            lambda report, cancelled: take_files(key, paths, report, cancelled),
            lambda _result: self.downloaded.emit(key),
            lambda error: self.download_failed.emit(key, str(error)),
        )

    def request_card(self, dataset: Dataset) -> DataCard | None:
        """The card of ``dataset`` if it is known; else it is made, and ``card_made`` follows."""
        known = self._cards.get(dataset)
        if dataset is not self._wanted:
            self._wanted = dataset
            self._making.forget()
            if known is None:
                self._making.compute(
                    lambda _report, cancelled: (dataset, card(dataset, cancelled=cancelled))
                )
        return known

    def search(self, dataset: Dataset, text: str) -> None:
        """Look for samples by name; ``found`` follows, of the newest request only."""
        self._searches.ask(lambda: (dataset, search(dataset, text)))

    def forget_search(self) -> None:
        """Nothing is looked for any more."""
        self._searches.forget()

    @Slot(object)
    def _on_making_answered(self, answer: tuple[Dataset, DataCard]) -> None:
        dataset, made = answer
        self._cards[dataset] = made
        self.card_made.emit(dataset, made)

    @Slot(object)
    def _on_searches_answered(self, answer: tuple[Dataset, NDArray[np.int64]]) -> None:
        self.found.emit(*answer)
