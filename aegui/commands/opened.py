"""A saved run that a command works on: its weights, its samples, and both in words."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.words import note, say, say_json
from aegui.core.atomic import stem_of
from aegui.core.data.load import read_source
from aegui.core.errors import AeguiError
from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.evaluation.parts import parts_in
from aegui.core.i18n import tr, trn
from aegui.core.latent.decoder_fit import decoder_problem, refuse_untrained_decoder
from aegui.core.recipe.file import find_recipe
from aegui.core.run_file.origin import WEIGHTS, origin_words
from aegui.core.run_file.saved import SUFFIX, load_run
from aegui.core.sampled import evenly_spaced
from aegui.core.training.record.best import has_best_weights
from aegui.core.training.record.last import last_snapshot
from aegui.core.web_page.exhibit import Exhibit
from aegui.paths import models_dir

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file.saved import SavedRun

MAX_CODES = 10_000
"""Maximum number of codes that are computed; larger sets are sampled evenly."""
LAST = "last"


class OpenedRun:
    """A run that was read from a file, with the weights and samples requested.

    Args:
        file: The file.
        run: Number of the run in it; None selects the best one.
        weights: ``best`` or ``last``; a GAN has only its last ones.
        data: A file or a name of samples other than the run's own.

    Attributes:
        file: Path as given.
        name: Name of the file without its suffix.
        saved: Everything in the file.
        weights: Which weights ``codec`` has: ``best`` or ``last``.
        dataset: The samples.
        codec: The network.

    Raises:
        AeguiError: It cannot be read, has no such run or weights, or takes no such samples.
    """

    def __init__(
        self,
        file: str | os.PathLike[str],
        run: int | None = None,
        weights: str = "best",
        data: str | None = None,
    ) -> None:
        self.file = os.fspath(file)
        self.name = stem_of(file)
        refuse_no_run(self.file)
        self.saved = load_run(file)
        if self.saved.snapshot is None:
            raise AeguiError(
                tr("{file} has not been trained yet: it has no weights.", file=self.file)
            )
        self.dataset = _samples(self.saved, data)
        self.indices = evenly_spaced(len(self.dataset), MAX_CODES).tolist()
        """Indices of ``some_samples`` in the set, those of the figures."""
        self.parts = self.parts_of(self.dataset)
        """Indices of the samples by part: learnt, held out or other."""
        is_chosen = has_best_weights(self.saved.recipe)
        self.weights = weights if is_chosen else LAST
        if is_chosen and weights == LAST:
            self.saved = _of_last_weights(self.saved, self.file)
        self._show(self.saved.best_run if run is None else run)

    @classmethod
    def of(cls, options: argparse.Namespace) -> OpenedRun:
        """Return the run that the command line names."""
        data = getattr(options, "data", None)
        return cls(options.file, options.run, options.weights, data)

    def with_run(self, run: int) -> OpenedRun:
        """Return a copy that uses another run of the same file.

        Raises:
            AeguiError: There is no such run.
        """
        found = copy.copy(self)
        found._show(run)
        return found

    @property
    def all_runs(self) -> list[OpenedRun]:
        """A copy for each run of the file."""
        snapshot = self.saved.snapshot
        return [] if snapshot is None else [self.with_run(run) for run in range(snapshot.runs)]

    def parts_of(self, dataset: Dataset) -> Mapping[str, NDArray[np.int64]]:
        """Return the indices of ``dataset`` by part: learnt by this network, held out or other."""
        return parts_in(dataset, self.saved.dataset, self.saved.recipe.data.split)

    def with_file(self, file: str) -> OpenedRun:
        """Return a copy whose command lines name ``file``, a copy of the run's file."""
        found = copy.copy(self)
        found.file = file
        return found

    def _show(self, run: int) -> None:
        self.codec: Codec = self.saved.codec(run)
        self._codes: NDArray[np.float32] | None = None
        refuse_other_size(self.codec, self.dataset)

    @property
    def seed(self) -> int:
        """The seed of the selected run."""
        return self.saved.recipe.seed + self.codec.run

    @property
    def has_prior(self) -> bool:
        """Whether the codes of the network have a standard normal prior."""
        return self.saved.recipe.has_prior

    @property
    def glyphs(self) -> bool:
        """Whether the samples are glyphs: one channel whose pixels are all off or on."""
        return self.dataset.is_binary

    @property
    def codes(self) -> NDArray[np.float32] | None:
        """Codes ``[n, d]`` of ``some_samples``; None for a GAN."""
        if self._codes is None and self.codec.can_encode:
            self._codes = self.codec.encode(self.some_samples)
        return self._codes

    @property
    def some_samples(self) -> NDArray[np.float32]:
        """At most ``MAX_CODES`` samples ``[n, pixels]``, those at ``indices`` in the set."""
        return np.asarray(self.dataset.flat()[self.indices])

    @property
    def distribution(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Means and variances ``[n, d]`` of the codes of ``some_samples``.

        The variances are None for a plain code.
        """
        means, logs = self.codec.encode_distribution(self.some_samples)
        return means, None if logs is None else np.exp(np.clip(logs, -20.0, 20.0))

    @property
    def middle(self) -> NDArray[np.float32]:
        """The code ``[d]`` at the centre: zero for a prior or a GAN, else the mean of the codes."""
        if self.has_prior or self.codes is None:
            return np.zeros(self.codec.latent_size, np.float32)
        mean: NDArray[np.float32] = np.nan_to_num(self.codes).mean(axis=0)
        return mean

    @property
    def exhibit(self) -> Exhibit:
        """The network and its samples as shown on a web page."""
        saved = self.saved
        return Exhibit(
            self.name,
            saved.recipe,
            self.codec,
            self.dataset,
            self.weights,
            saved.timeline,
            saved.pins,
        )

    def refuse_generator(self) -> None:
        """Refuse a model that cannot reconstruct.

        Raises:
            AeguiError: It is a GAN.
        """
        if not self.codec.can_encode:
            raise AeguiError(
                tr(
                    '{file} is a GAN: it reconstructs nothing. See its images with "aegui '
                    'sample", or evaluate them by a classifier with "aegui judge".',
                    file=self.file,
                )
            )

    def refuse_no_codes(self) -> None:
        """Refuse a model without an encoder, whose samples have no codes.

        Raises:
            AeguiError: It is a GAN.
        """
        if not self.codec.can_encode:
            raise AeguiError(tr("A GAN has no encoder: its samples have no codes to compare."))

    def require_prior(self) -> None:
        """Refuse a model without a prior, from which no codes can be drawn.

        Raises:
            AeguiError: It has a plain code.
        """
        if not self.has_prior:
            raise AeguiError(
                tr(
                    "{file} has a plain code: no distribution is known from which new codes could "
                    "be drawn. Use a GAN or a variational autoencoder.",
                    file=self.file,
                )
            )

    def refuse_no_decoder(self) -> None:
        """Refuse a model whose decoder was not trained; note if it does not fit the codes.

        Raises:
            AeguiError: It is a classifier without pre-training.
        """
        refuse_untrained_decoder(self.saved.recipe, self.codec)
        self.note_decoder()

    def note_decoder(self) -> None:
        """Print why the decoder does not decode the codes of this network, if so."""
        problem = decoder_problem(self.saved.recipe, self.codec)
        if problem:
            note(problem)

    def refuse_no_autoencoder(self) -> None:
        """Refuse a model that does not learn to repair images.

        Raises:
            AeguiError: It is a GAN or a classifier.
        """
        if not self.saved.recipe.is_autoencoder:
            text = tr(
                "{file} is not an autoencoder: a GAN or a classifier repairs nothing.",
                file=self.file,
            )
            raise AeguiError(text)

    def about(self) -> dict[str, Any]:
        """Return what figures depend on: file, run, seed, weights (best or last) and epoch."""
        return {
            "file": self.file,
            "run": self.codec.run,
            "seed": self.seed,
            "weights": self.weights,
            "epoch": self.codec.epoch,
        }

    @property
    def words(self) -> str:
        """Which weights these are, in words, without the file."""
        values = {"seed": self.seed, "epoch": self.codec.epoch}
        if self.weights == LAST:
            return tr(
                "These are the last weights of seed {seed}, those of epoch {epoch:,}.", **values
            )
        return tr("These are the best weights of seed {seed}, those of epoch {epoch:,}.", **values)

    def origin(self, **other: Any) -> str:
        """Return one line for below a figure: run, weights and samples, updated by ``other``."""
        known: dict[str, Any] = {
            "name": self.name,
            "seed": self.seed,
            "epoch": self.codec.epoch,
            "weights": tr(WEIGHTS[self.weights]),
            "data": self.dataset.name,
            "samples": len(self.dataset),
        }
        return origin_words(**(known | other))

    def say_json(self, out: str | None, **more: Any) -> None:
        """Print as JSON what was written to ``out``, of which run, and ``more`` about it."""
        say_json({**self.about(), "out": out, **more})

    def say_written(self, images: int, path: str) -> None:
        """Print how many images were written, and by which weights they were made."""
        say(
            trn(
                "{n:,} image written to {file}.",
                "{n:,} images written to {file}.",
                images,
                file=path,
            )
        )
        say(self.words)


def each_once(files: Iterable[str]) -> list[str]:
    """Return ``files`` without repetitions, which are told: no run is evidence for itself."""
    found: dict[str, str] = {}
    for file in files:
        place = os.path.realpath(file)
        if place in found:
            note(tr("{file} is named more than once, and counted once.", file=file))
        else:
            found[place] = file
    return list(found.values())


def refuse_no_run(file: str) -> None:
    """Refuse the name of a recipe, or of a run without its suffix, where there is no such file.

    Raises:
        AeguiError: It is one of these; the message names the run, or says how to get one.
    """
    if Path(file).exists():
        return
    if Path(f"{file}{SUFFIX}").exists():
        there = tr('Did you mean "{word}"?', word=f"{file}{SUFFIX}")
        raise AeguiError(tr("There is no file {path}.", path=file) + f" {there}")
    if find_recipe(file) is None:
        return
    shipped = models_dir() / f"{file}{SUFFIX}"
    if shipped.exists():
        raise AeguiError(
            tr("{name} is a recipe, and a saved run is needed: {path}.", name=file, path=shipped)
        )
    raise AeguiError(
        tr(
            '{name} is a recipe, and a saved run is needed: "aegui train {name} --out '
            '{name}.aegui" makes one.',
            name=file,
        )
    )


def _samples(saved: SavedRun, source: str | None) -> Dataset:
    """Return the samples that ``source`` names, in the recipe's image size, or the run's own."""
    if source is not None:
        return read_source(source, saved.recipe.data.images).dataset
    if saved.note:
        # Some of the samples are missing: say that the figures are of the others.
        note(saved.note)
    return saved.dataset


def _of_last_weights(saved: SavedRun, file: str) -> SavedRun:
    """Return ``saved`` with the weights of its last epoch instead of the best ones."""
    saved.codec(0)  # raises if untrained
    last = last_snapshot(saved)
    if last is None:
        raise AeguiError(tr("{file} was saved without its last weights.", file=file))
    return replace(saved, snapshot=last)
