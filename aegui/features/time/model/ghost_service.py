"""The ghost: codes of the same samples by another network, shown under those of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.placing import fit_similarity
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import load_run
from aegui.core.sampled import sampled
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.map.codes_service import codes_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.placing import SimilarityTransform

MAX = 10_000
"""Maximum number of samples of a ghost, drawn at random from a larger set."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """Codes by another network or epoch, drawn pale behind the displayed ones."""

    codes: NDArray[np.float32]
    """float32 ``[n, d]``, read-only."""
    indices: NDArray[np.int64]
    """Indices of these samples in the set, int64 ``[n]`` ascending."""
    codec: Codec
    """The network that encoded them."""
    transform: SimilarityTransform | None = None
    """The alignment with the displayed network's codes; None if they are not aligned."""


class GhostService(Service):
    """Encodes the data set with another network: at once if that is quick, else in a thread."""

    opened = Signal(str, object)
    """Path of a file and the best ``Codec`` of its run."""
    refused = Signal(object)
    """Why the file cannot be a ghost."""

    def __init__(self) -> None:
        super().__init__()
        self.ghosts = Derived("aegui-ghost", self)
        """Answers with a ``Ghost``."""
        self._files = Derived("aegui-ghost-file", self)
        # A closure that refers to this object would keep it from being garbage-collected.
        self._files.answered.connect(self._on_files_answered)
        self._files.failed.connect(self.refused)

    def show(
        self,
        codec: Codec,
        dataset: Dataset,
        *,
        onto: Codec | None = None,
        live: bool = False,
    ) -> None:
        """Encode ``dataset`` with ``codec``; with low priority if ``live``.

        ``onto``: align the codes with those of this network by rotation and scaling.
        """
        indices = sampled(len(dataset), MAX, 0)
        work = len(indices) * max(codec.encode_cost, codec.pixels) * (1 if onto is None else 2)
        self.ghosts.compute(
            lambda _report, cancelled: _ghost(codec, dataset, indices, onto, cancelled),
            dataset,
            quick=is_quick(codec, work, QUICK_BATCH),
            gentle=live,
        )

    def open(self, path: Path, like: Codec) -> None:
        """Read the run at ``path``, whose images and codes must have the same sizes as ``like``."""
        self._files.ask(lambda: _opened(path, like), path)

    @Slot(object)
    def _on_files_answered(self, found: tuple[str, Codec]) -> None:
        self.opened.emit(*found)


def _ghost(
    codec: Codec,
    dataset: Dataset,
    indices: NDArray[np.int64],
    onto: Codec | None,
    cancelled: IsCancelled,
) -> Ghost:
    codes = codes_of(codec, dataset, indices, cancelled)
    others = None if onto is None else codes_of(onto, dataset, indices, cancelled)
    transform = None if others is None else fit_similarity(codes, others)
    if transform is not None:
        codes = transform.moved(codes)
    codes.setflags(write=False)
    return Ghost(codes, indices, codec, transform)


def _opened(path: Path, like: Codec) -> tuple[str, Codec]:
    run = load_run(path)
    codec = run.codec(run.best_run)
    reason = why_no_ghost(codec, like, path.name)
    if reason:
        raise AeguiError(reason)
    return str(path), codec


def why_no_ghost(codec: Codec, like: Codec, name: str) -> str:
    """Return why codes of ``codec`` cannot be drawn on the map of ``like``; "" if they can."""
    if not codec.can_encode:
        return tr("{name} has no encoder: its images have no place on a map.", name=name)
    if codec.image_shape != like.image_shape:
        return tr(
            "{name} takes images of {theirs} pixels, this network of {ours}.",
            name=name,
            theirs="x".join(map(str, codec.image_shape)),
            ours="x".join(map(str, like.image_shape)),
        )
    if codec.latent_size != like.latent_size:
        return tr(
            "{name} has codes of {theirs} numbers, this network of {ours}: they do not fit on "
            "one map.",
            name=name,
            theirs=codec.latent_size,
            ours=like.latent_size,
        )
    return ""
