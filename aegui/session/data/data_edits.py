"""Edits of a draft that may need data to be read, immediately or in the background."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer

from aegui.core.data.builtin import is_builtin
from aegui.core.data.dataset import Dataset, copies_in, copy_of, same_data
from aegui.core.data.load import load_data
from aegui.core.data.split import with_validation_source
from aegui.core.errors import AeguiError
from aegui.core.i18n import sentences, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe import DataSpec
from aegui.core.training.length import (
    adapted,
    has_length_of,
    is_one_large_batch,
    with_length_of,
)
from aegui.session.data.data_view import source_words
from aegui.session.documents.draft import (
    DraftState,
    edited_draft,
    fresh_draft,
    full_draft,
    is_quick,
    is_quick_source,
    joined_draft,
    merged,
    sharing,
    with_chars,
    with_source,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import ArrayLike

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import Recipe
    from aegui.session.documents.workspace import Workspace
    from aegui.session.jobs.progress_job import ProgressJob


@dataclass(frozen=True, eq=False)
class DownloadNeed:
    """Data that must be downloaded: the key of the download, and what to call afterwards."""

    key: str
    retry: Callable[[], object]


@dataclass(frozen=True)
class _Fitting:
    """A training whose length was adapted to another number of samples."""

    own: Recipe
    """The recipe with the length that the user has set or accepted."""
    samples: int
    """Number of samples that it was made for."""
    fitted: Recipe
    """The recipe with the adapted length."""


class DataEdits:
    """Reads the data that an edit needs, then applies it; edits made in the meantime are kept."""

    def __init__(self, host: Workspace, loading: ProgressJob) -> None:
        self._host = host
        self._loading = loading
        self._last_fitting: _Fitting | None = None

    def edit(
        self,
        recipe: Recipe,
        text: str,
        done: Callable[[], object] = lambda: None,
        *,
        again: bool = False,
        is_whole: bool = False,
    ) -> None:
        """Read the other samples of ``recipe``, make it the draft's, then call ``done``.

        ``again`` reads a known source too, and with ``is_whole`` the training is not adapted to the
        number of samples. A training that has begun in the meantime refuses it.
        """
        if not self._host.may_edit_data():
            return
        base = self._host.draft
        source = recipe.data.source
        if again or source != base.recipe.data.source:
            self._host.agree(source)
        elif not (base.has_source or is_builtin(source) or self._host.may_read(source)):
            self._ask_first(base.recipe, recipe, text, done, is_whole=is_whole)
            return

        def take(draft: DraftState) -> None:
            now = self._host.draft
            if now.dataset is not base.dataset and not again and source == now.recipe.data.source:
                # Samples were added meanwhile: those of ``draft`` lack them.
                self.edit(merged(base.recipe, recipe, now.recipe), text, done, is_whole=is_whole)
            elif self._take(base, draft, text, is_whole=is_whole):
                done()

        self._loading.do(
            tr("Reading {name}", name=source_words(source)),
            self._edited(base, recipe, again),
            take,
            lambda error: self._refuse(error, base.recipe, recipe, text, done, is_whole=is_whole),
            quick=is_quick(base, recipe, again=again),
        )

    def _edited(self, base: DraftState, recipe: Recipe, again: bool) -> Callable[..., DraftState]:
        """Return work that reads what ``recipe`` needs beyond ``base``; see ``ProgressJob``."""
        known = self._host.known_data

        def work(report: Report, cancelled: IsCancelled) -> DraftState:
            draft = sharing(edited_draft(base, recipe, report, cancelled, again=again), known)
            # Validating a large dataset takes a while the first time: done here, not in the GUI
            # thread.
            resolve(draft.recipe, draft.dataset)
            return draft

        return work

    def _ask_first(
        self,
        base: Recipe,
        edited: Recipe,
        text: str,
        done: Callable[[], object],
        *,
        is_whole: bool,
    ) -> None:
        """Ask before reading a file that the document names but does not contain."""
        source = edited.data.source
        words = tr(
            "Only the samples of this document are here. The others were read from {source}.",
            source=source,
        )
        self._host.ask_to_read(
            source,
            words,
            lambda: self.edit(
                merged(base, edited, self._host.draft.recipe), text, done, is_whole=is_whole
            ),
        )
        self._host.announce_recipe()

    def read_anew(self, text: str) -> None:
        """Read the whole source of the draft, of which the document contained only some samples."""
        base = self._host.draft
        recipe = with_source(base.recipe, base.recipe.data.source)
        self._host.agree(recipe.data.source)

        def work(report: Report, cancelled: IsCancelled) -> DraftState:
            draft = fresh_draft(recipe, report, cancelled)
            resolve(draft.recipe, draft.dataset)
            return draft

        def take(draft: DraftState) -> None:
            if not self._host.may_edit_data():
                return
            # The recipe was made for the whole source, so its training settings stay unchanged.
            now = merged(base.recipe, draft.recipe, self._host.draft.recipe)
            self._host.push(replace(draft, recipe=now, notes=()), text)

        def refuse(error: AeguiError) -> None:
            self._host.refuse(error, lambda: self.read_anew(text))

        title = tr("Reading {name}", name=source_words(recipe.data.source))
        self._loading.do(title, work, take, refuse, quick=False)

    def take_file(
        self, path: Path, done: Callable[[], None], failed: Callable[[AeguiError], None]
    ) -> bool:
        """Make the file at ``path`` the draft's data; return False if that failed immediately."""
        base = self._host.draft
        recipe = with_source(base.recipe, str(path))
        self._host.agree(recipe.data.source)

        def take(draft: DraftState) -> None:
            if self._take(base, draft, tr("Data from {file}", file=path.name)):
                done()

        return self._loading.do(
            tr("Reading {name}", name=path.name),
            self._edited(base, recipe, again=True),
            take,
            failed,
            quick=is_quick(base, recipe, again=True),
        )

    def edit_dataset(self, dataset: Dataset, text: str) -> bool:
        """Make ``dataset`` the draft's data, with all of its samples; False if it is refused."""
        if not self._host.may_edit_data():
            return False
        recipe = with_chars(self._host.draft.recipe, None)
        self._host.push(full_draft(recipe, dataset, is_edited=True), text)
        return True

    def add_sample(
        self,
        image: ArrayLike,
        label: str,
        done: Callable[[], object] = lambda: None,
        *,
        twice: bool = False,
    ) -> None:
        """Add ``image`` (``[H, W]`` or ``[C, H, W]``) to the draft's data under ``label``.

        An image that the dataset contains already is added only if ``twice``, which the user is
        offered. ``done`` is called once it is the last sample.
        """
        if not self._host.may_edit_data():
            return
        base, label = self._host.draft, label or "?"
        try:
            pixels = np.asarray(image, np.float32).reshape(1, *base.dataset.image_shape)
            draft = joined_draft(base, Dataset.from_images(base.dataset.name, pixels, [label]))
        except (AeguiError, ValueError) as error:
            text = tr("The drawing was not added. {reason}", reason=error)
            self._host.say("error", text, passing=True)
            return
        twin = copy_of(base.dataset, pixels[0])
        if twin is not None and not twice:
            self._host.offer(
                tr(
                    "“{name}” of the set has exactly these pixels already: nothing was added.",
                    name=base.dataset.names[twin],
                ),
                tr("Add it all the same"),
                partial(self.add_sample, image, label, done, twice=True),
            )
            return
        self._host.push(draft, tr("Add “{label}”", label=label))
        done()
        self._host.say(
            "info",
            trn(
                "“{label}” is in the set now: {n:,} sample. Train to learn it.",
                "“{label}” is in the set now: {n:,} samples. Train to learn it.",
                len(draft.dataset),
                label=label,
            ),
            passing=True,
            about="new samples",
        )

    def add_file(self, path: Path) -> bool:
        """Append the samples of a file to the draft's data; False if that failed immediately."""
        base = self._host.draft
        spec = DataSpec(source=str(path), images=base.recipe.data.images)
        text = tr("Add the samples of {file}", file=path.name)

        def work(report: Report, cancelled: IsCancelled) -> tuple[DraftState, Dataset, list[int]]:
            more = load_data(spec, report, cancelled)
            return joined_draft(base, more), more, copies_in(base.dataset, more)

        def take(found: tuple[DraftState, Dataset, list[int]]) -> None:
            added, more, copies = found
            before = self._host.draft
            if before.dataset is base.dataset:
                before = base
            else:
                # Samples were edited while the file was read: it is joined to those of now.
                try:
                    added, copies = joined_draft(before, more), copies_in(before.dataset, more)
                except AeguiError as error:
                    self._host.refuse(error)
                    return
            if not self._take(before, added, text):
                return
            words = trn(
                "The samples of {file} are in the set now: {n:,} sample. Train to learn them.",
                "The samples of {file} are in the set now: {n:,} samples. Train to learn them.",
                len(added.dataset),
                file=path.name,
            )
            if not copies:
                self._host.say("info", words, passing=True, about="new samples")
                return
            twins = trn(
                "{n:,} of them was there already, pixel by pixel.",
                "{n:,} of them were there already, pixel by pixel.",
                len(copies),
            )
            leave = partial(self._leave_out, before, added, more, copies, text)
            said = sentences(words, twins)
            offer = partial(self._host.offer, said, tr("Leave the copies out"), leave)
            # Last: the offer to train on, which follows an edit, would withdraw this one.
            QTimer.singleShot(0, self._host, offer)

        return self._loading.do(
            tr("Reading {name}", name=path.name),
            work,
            take,
            self._host.refuse,
            quick=is_quick_source(str(path)),
        )

    def check_on(self, source: str) -> None:
        """Validate on the samples of ``source``; "" for a share of the dataset itself."""
        if self._host.draft.is_edited:
            # Reading the dataset again would discard the edits.
            text = tr("This set was edited here: save it as a data file, and train on that.")
            self._host.say("warning", text, passing=True)
            self._host.announce_recipe()
        elif not source:
            self._keep("", 0)
        else:
            data = self._host.draft.recipe.data
            spec = data.model_copy(update={"source": source, "count": None})
            self._host.agree(source)
            self._loading.do(
                tr("Reading {name}", name=source_words(source)),
                lambda report, cancelled: load_data(spec, report, cancelled),
                lambda remaining: self._keep(source, len(remaining)),
                lambda error: self._refuse_check(error, source),
                quick=is_quick_source(source),
            )

    def _keep(self, source: str, n: int) -> None:
        """Use the ``n`` samples of ``source`` for validation; "" for none."""
        now = self._host.draft.recipe
        name = tr("Validate on {name}", name=source_words(source))
        text = name if source else tr("Share for validation")
        data = with_validation_source(now.data, source, n)
        self._host.edit_recipe(now.model_copy(update={"data": data}), text)

    def _refuse_check(self, error: AeguiError, source: str) -> None:
        self._host.refuse(error, lambda: self.check_on(source))
        self._host.announce_recipe()

    def _leave_out(
        self, before: DraftState, added: DraftState, more: Dataset, copies: list[int], text: str
    ) -> None:
        """Add to ``before`` only those of ``more`` that are no copies, in place of ``added``."""
        if self._host.draft.dataset is not added.dataset:
            self._host.say(
                "warning",
                tr("The set has been edited since then: the copies are still in it."),
                passing=True,
            )
            return
        new = sorted(set(range(len(more))).difference(copies))
        self._take(added, joined_draft(before, more.subset(new)) if new else before, text)

    def _take(
        self, base: DraftState, draft: DraftState, text: str, *, is_whole: bool = False
    ) -> bool:
        """Apply ``draft``, an edit of ``base``, merging edits made in the meantime.

        Returns False, with a notice, if a training has begun since.
        """
        if not self._host.may_edit_data():
            return False
        recipe = merged(base.recipe, draft.recipe, self._host.draft.recipe)
        is_asked = is_one_large_batch(base.recipe, len(base.dataset))
        if draft.recipe.training == base.recipe.training and not (is_asked or is_whole):
            # Settings for a few samples would take too long on many; those for many would train too
            # few steps on a few.
            recipe = self._fitted(recipe, len(base.dataset), len(draft.dataset))
        now = self._host.draft
        # A file in use that has not changed since is no edit.
        if (recipe, draft.is_edited) != (now.recipe, now.is_edited) or not same_data(
            draft.dataset, now.dataset
        ):
            self._host.push(replace(draft, recipe=recipe, notes=()), text)
        for note in draft.notes:
            self._host.say("info", note)
        return True

    def _fitted(self, recipe: Recipe, before: int, after: int) -> Recipe:
        """Return ``recipe``, made for ``before`` samples, with a training that suits ``after``.

        A length that this method has set itself, and that nobody has edited since, is replaced
        by one that follows from the settings before: those of a small set come back with it.
        """
        last = self._last_fitting
        if last is not None and has_length_of(recipe, last.fitted):
            recipe, before = with_length_of(recipe, last.own), last.samples
        fitted = adapted(recipe, before, after)
        self._last_fitting = None if fitted == recipe else _Fitting(recipe, before, fitted)
        return fitted

    def _refuse(
        self,
        error: AeguiError,
        base: Recipe,
        edited: Recipe,
        text: str,
        done: Callable[[], object],
        *,
        is_whole: bool,
    ) -> None:
        def retry() -> None:
            recipe = merged(base, edited, self._host.draft.recipe)
            self.edit(recipe, text, done, is_whole=is_whole)

        self._host.refuse(error, retry)
        self._host.announce_recipe()
