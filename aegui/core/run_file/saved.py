"""Saved runs: recipe, data, weights, history, results and checkpoint in one ``.aegui`` file.

The file is a zip of JSON and safetensors members: nothing in it can run code. Sizes are checked
before anything is allocated, shapes against the recipe. The same content gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from aegui.core.atomic import write_atomically
from aegui.core.data.progress import reporting_share, stop_if
from aegui.core.errors import AeguiError, ReadError, RecipeError
from aegui.core.i18n import tr
from aegui.core.latent.codec import Codec
from aegui.core.latent.sheets import sheet_png
from aegui.core.library_messages import document_reason
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.recipe.file import MAX_BYTES as MAX_RECIPE_BYTES
from aegui.core.recipe.file import parse_recipe, recipe_json
from aegui.core.run_file import timeline as run_timeline
from aegui.core.run_file.archive import Archive, no_run, pack, refused, stated, to_tensors
from aegui.core.run_file.challenge import from_document as challenge_of
from aegui.core.run_file.challenge import to_document as challenge_document
from aegui.core.run_file.data import read_dataset, to_document, unread_source
from aegui.core.run_file.document import (
    VERSION,
    PointDocument,
    ResultDocument,
    RunDocument,
)
from aegui.core.run_file.drawing import from_document as drawing_of
from aegui.core.run_file.drawing import to_document as drawing_document
from aegui.core.run_file.sound_numbers import unsound
from aegui.core.run_file.stages import from_document as stage_of
from aegui.core.run_file.stages import to_document as stage_document
from aegui.core.suffixes import RUN
from aegui.core.training.record import best
from aegui.core.training.record.history import RUN_COLUMNS, SCALAR_COLUMNS, HistoryView
from aegui.core.training.record.layout import Layout
from aegui.core.training.record.result import Checkpoint, RunResult
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.concepts import Concept
    from aegui.core.network.resolve import ResolvedRecipe, Shapes
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.run_file.data import DataDocument, MayRead
    from aegui.core.run_file.document import PinnedCode
    from aegui.core.training.record.result import TrainingResult
    from aegui.core.training.record.stages import Stage
    from aegui.core.training.record.timeline import TimelineView

SUFFIX = RUN
THUMBNAIL = "thumbnail.png"
"""The member with a picture of the run."""
MAX_DOCUMENT_BYTES = 64 << 20
_THUMBNAIL_SAMPLES = 32
_THUMBNAIL_SIDE = 28
"""Side in pixels up to which smaller samples are enlarged, at most four times."""
_STATE_COPIES = 12
"""Most tensors of a training state that are as large as the parameters, with a margin."""
_BEST = ("best_parameters", "best_buffers")
_STATE_BYTES = 128 << 10
"""Most bytes of the rest of a training state: random generators, figures of runs and samples."""
_LIGHT_BYTES = 1 << 20
"""Size that is unpacked and read without noticeable delay."""
_EXTRA = "extra."
"""Prefix of the columns of further terms."""


@dataclass(frozen=True, eq=False)
class Draft:
    """The recipe that the user had edited for the next training when the document was saved."""

    recipe: Recipe
    dataset: Dataset


@dataclass(frozen=True, eq=False)
class SavedRun:
    """A document: the recipe and data, and the result of the training if there is one."""

    recipe: Recipe
    """The recipe of these weights."""
    dataset: Dataset
    """The data named by ``recipe.data`` at that time; saved with the file."""
    snapshot: Snapshot | None = None
    """The best weights of each run; None before any training."""
    history: HistoryView | None = None
    """The recorded rows, or None."""
    results: tuple[RunResult, ...] = ()
    """The figures of each run; empty before any training."""
    checkpoint: Checkpoint | None = None
    """The state to continue the training from, or None."""
    engine: str = ""
    """Key of the step engine that trained it."""
    device: str = ""
    """Key of the device that trained it."""
    draft: Draft | None = None
    """Recipe and data of the next training, if they differ from those of this one."""
    pins: tuple[PinnedCode, ...] = ()
    """The pins of the map."""
    note: str = ""
    """A note for the user about the file that was read; not saved."""
    concepts: tuple[Concept, ...] = ()
    """The kept concepts."""
    timeline: TimelineView | None = None
    """Weights of epochs throughout the training, or None."""
    unread: str = ""
    """File or folder with the rest of a large set that was not allowed to be read; not saved."""
    stages: tuple[Stage, ...] = ()
    """The trainings that led to these weights, in order; empty in old files."""
    challenge: KeptChallenge | None = None
    """The challenge, or None."""
    drawing: DrawingState | None = None
    """The drawing of the pixel editor, or None."""

    @property
    def requested_recipe(self) -> Recipe:
        """The recipe as requested when its last training started."""
        return self.stages[-1].recipe if self.stages else self.recipe

    @property
    def best_run(self) -> int:
        """Index of the best run of the population."""
        return next(iter(self.runs_by_rank), 0)

    @property
    def runs_by_rank(self) -> list[int]:
        """Indices of the runs, the best first, see ``training/record/best.py``."""
        return best.ranked_runs(self.recipe, self.dataset, self.results, self.history)

    def codec(self, run: int = 0) -> Codec:
        """Return the encoder and decoder of one run.

        Raises:
            AeguiError: There are no weights, or no such run.
        """
        if self.snapshot is None:
            raise AeguiError(tr("This has not been trained yet: it has no weights."))
        if not 0 <= run < self.snapshot.runs:
            raise AeguiError(
                tr("There is no run {n}: there are {all}, from 0.", n=run, all=self.snapshot.runs)
            )
        return Codec(self.recipe, self.dataset.image_shape, self.snapshot, run)


def saved_run_of(result: TrainingResult, resolved: ResolvedRecipe) -> SavedRun:
    """Return the run of a training of ``resolved``, with the whole set that it learnt from."""
    dataset = resolved.dataset
    return SavedRun(
        recipe=resolved.recipe,
        dataset=dataset if dataset.whole is None else replace(dataset, whole=None),
        snapshot=result.snapshot,
        history=result.history,
        results=result.runs,
        checkpoint=result.checkpoint,
        engine=result.engine,
        device=result.device,
        timeline=result.timeline,
        stages=result.stages,
    )


def save_run(
    path: str | os.PathLike[str],
    run: SavedRun,
    *,
    compact: bool = False,
    private: bool = False,
    is_swept: bool = False,
    cancelled: IsCancelled | None = None,
) -> tuple[bytes, os.stat_result]:
    """Write ``run`` to ``path`` atomically; return content and status of the file.

    The same run gives the same bytes. ``mark_written`` of both is the fingerprint of the file.

    Args:
        path: Path of the file.
        run: The run.
        compact: Leave out what only continuing needs, save the weights in half precision, and
            less of the timeline.
        private: Make the file readable by its owner only.
        is_swept: Whether the caller removes temporary files of killed programs in the folder.
        cancelled: Polled before anything is written.

    Raises:
        AeguiError: The file could not be written.
        Cancelled: ``cancelled`` returned True.
    """
    content = _packed(run, compact=compact)
    stop_if(cancelled)
    return content, write_atomically(path, content, private=private, is_swept=is_swept)


def _packed(run: SavedRun, *, compact: bool) -> bytes:
    if compact:
        run = replace(run, checkpoint=None)
        compact = _fits_half(run.snapshot)
    data, images = to_document(run.dataset)
    draft, draft_images = (None, None)
    if run.draft is not None:
        draft, draft_images = to_document(run.draft.dataset)
    members: dict[str, bytes | dict[str, NDArray[np.generic]]] = {
        "recipe.json": recipe_json(run.recipe).encode(),
        "run.json": _document(run, data, draft, half=compact).encode(),
        "data.safetensors": {"images": images},
        THUMBNAIL: _thumbnail(run),
    }
    if run.snapshot is not None:
        kind = np.float16 if compact else np.float32
        members["weights.safetensors"] = {
            f"{prefix}{i}.{name}": tensor.astype(kind, copy=False)
            for prefix, layers in _stacks(run.snapshot).items()
            for i, layer in enumerate(layers)
            for name, tensor in layer.tensors.items()
        }
    if run.history is not None:
        members["history.safetensors"] = {
            **{name: getattr(run.history, name) for name in (*SCALAR_COLUMNS, *RUN_COLUMNS)},
            **{f"{_EXTRA}{key}": column for key, column in run.history.extra.items()},
        }
    if run.results:
        wrong = np.array([result.wrong_pixels for result in run.results], np.int32)
        members["results.safetensors"] = {"wrong_pixels": wrong}
    if run.checkpoint is not None:
        members["checkpoint.safetensors"] = dict(run.checkpoint.tensors)
    members.update(run_timeline.to_members(run.timeline, compact=compact))
    if run.draft is not None and draft_images is not None:
        members["draft.json"] = recipe_json(run.draft.recipe).encode()
        members["draft.safetensors"] = {"images": draft_images}
    return pack(members)


def load_run(
    path: str | os.PathLike[str],
    may_read: MayRead | None = None,
    *,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> SavedRun:
    """Return the run in the file at ``path``.

    Args:
        path: Path of the file.
        may_read: Returns whether to read a file or folder that the run names as its data, if the
            data are not in the file; None never does. Built-in sets are always read.
        report: Called with the progress of reading the file.
        cancelled: Polled while it is read.

    Raises:
        Cancelled: ``cancelled`` returned true.
        ReadError: The file is not a whole, undamaged run that this version can read; the message
            names the file, the member and the reason.
    """
    with Archive(path, reporting_share(report, cancelled)) as archive:
        if "recipe.json" not in archive and "run.json" not in archive:
            # Arrays of NumPy and the documents of other programs are zip files too.
            raise no_run(archive.name)
        recipe = _read_recipe(archive)
        document = _read_document(archive)
        dataset, note = read_dataset(archive, document.dataset, recipe.data, may_read=may_read)
        weights = _read_weights(archive, document, recipe, dataset)
        history = _read_history(archive, recipe, document.terms) if document.history else None
        results = _read_results(archive, document, recipe, len(dataset))
        if weights is not None and results:
            weights = weights.with_epochs([result.best_epoch for result in results])
        if document.version == 1:
            results = _of_best_weights(results, history)
        return SavedRun(
            recipe,
            dataset,
            weights,
            history,
            results,
            _read_checkpoint(archive, document.checkpoint, recipe, dataset),
            document.engine,
            document.device,
            _read_draft(archive, document.draft, may_read),
            tuple(document.places),
            note,
            tuple(document.concepts),
            run_timeline.read_timeline(archive, recipe, dataset),
            unread_source(document.dataset, recipe.data, may_read),
            _read_stages(archive, document, recipe),
            challenge_of(document.challenge),
            drawing_of(document.drawing),
        )


def is_light(path: str | os.PathLike[str]) -> bool:
    """Return whether the run at ``path`` is read quickly: little to unpack, no other file to read.

    Errors are left to ``load_run``, which finds them as quickly.
    """
    try:
        with Archive(path) as archive:
            if archive.inflated_bytes > _LIGHT_BYTES:
                return False
            document = _read_document(archive)
    except ReadError:
        return True
    drafts = (document.dataset, document.draft)
    return all(data is None or data.total is None for data in drafts)


def _document(run: SavedRun, data: DataDocument, draft: DataDocument | None, *, half: bool) -> str:
    point = run.checkpoint
    document = RunDocument(
        dataset=data,
        weights=None if run.snapshot is None else PointDocument(epoch=run.snapshot.epoch),
        half=half,
        history=run.history is not None,
        terms=[] if run.history is None else list(run.history.extra),
        results=[
            ResultDocument(
                seed=result.seed,
                epochs=result.epochs,
                seconds=result.seconds,
                loss=result.loss,
                best_loss=result.best_loss,
                best_epoch=result.best_epoch,
                first_epoch=dict(result.first_epoch),
                figures=dict(result.figures),
                diverged=result.diverged,
            )
            for result in run.results
        ],
        checkpoint=None
        if point is None
        else PointDocument(epoch=point.epoch, scalars=dict(point.scalars)),
        engine=run.engine,
        device=run.device,
        measured=_measured(run, data),
        draft=draft,
        places=list(run.pins),
        concepts=list(run.concepts),
        stages=[stage_document(stage) for stage in run.stages],
        challenge=None if run.challenge is None else challenge_document(run.challenge),
        drawing=None if run.drawing is None else drawing_document(run.drawing),
    )
    # Left out if there is none, so that versions without challenges can read the file.
    seldom = ("places", "concepts", "stages", "challenge", "drawing")
    unused = {name for name in seldom if not getattr(document, name)}
    return stated(document.model_dump(exclude=unused or None))


def _measured(run: SavedRun, data: DataDocument) -> int | None:
    """Return the number of samples of the results, if it differs from that in the file."""
    count = len(run.results[0].wrong_pixels) if run.results else 0
    return None if count == len(data.labels) or not run.results else count


def _thumbnail(run: SavedRun) -> bytes:
    shown = run.dataset.images[:_THUMBNAIL_SAMPLES]
    if run.snapshot is not None:
        codec = run.codec(run.best_run)
        if codec.can_encode:
            shown = codec.reconstruct(shown.reshape(len(shown), -1))
        else:
            draws = np.random.default_rng(0).standard_normal((len(shown), codec.latent_size))
            shown = codec.decode(draws)
    shape = run.dataset.image_shape
    scale = min(4, max(1, _THUMBNAIL_SIDE // max(shape[1:])))
    return sheet_png(shown.reshape(-1, *shape), scale=scale)


def _read_recipe(archive: Archive, member: str = "recipe.json") -> Recipe:
    data = archive.read(member, MAX_RECIPE_BYTES)
    try:
        return parse_recipe(data.decode())
    except UnicodeDecodeError:
        raise refused(archive.name, member, tr("this is not UTF-8 text")) from None
    except RecipeError as error:
        raise refused(archive.name, member, str(error).rstrip(".")) from None


def _read_document(archive: Archive) -> RunDocument:
    data = archive.read("run.json", MAX_DOCUMENT_BYTES)
    try:
        return RunDocument.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        if problem["loc"] == ("version",) and type(problem["input"]) is int:
            reason = tr(
                "it was written by a newer version of the program (run version {theirs}, this "
                "one reads up to {ours})",
                theirs=problem["input"],
                ours=VERSION,
            )
        else:
            location = ".".join(map(str, problem["loc"]))
            reason = document_reason(problem)
            reason = f"{location}: {reason}" if location else reason
        raise refused(archive.name, "run.json", reason) from None


def _read_draft(
    archive: Archive, data: DataDocument | None, may_read: MayRead | None
) -> Draft | None:
    if data is None:
        return None
    recipe = _read_recipe(archive, "draft.json")
    dataset, _ = read_dataset(archive, data, recipe.data, "draft.safetensors", may_read)
    return Draft(recipe, dataset)


def _read_stages(archive: Archive, document: RunDocument, recipe: Recipe) -> tuple[Stage, ...]:
    try:
        return tuple(stage_of(stage, recipe) for stage in document.stages)
    except RecipeError as error:
        raise refused(archive.name, "run.json", str(error).rstrip(".")) from None


def _read_weights(
    archive: Archive, document: RunDocument, recipe: Recipe, dataset: Dataset
) -> Snapshot | None:
    if document.weights is None:
        return None
    shapes = _shapes(archive, recipe, dataset)
    stacks = {"": shapes.layers, **{f"{name}.": part for name, part in shapes.parts.items()}}
    kind: type[np.generic] = np.float16 if document.half else np.float32
    expected: dict[str, tuple[type[np.generic], tuple[int | None, ...]]] = {
        f"{prefix}{index}.{tensor.name}": (kind, (recipe.runs, *tensor.shape))
        for prefix, layers in stacks.items()
        for index, layer in enumerate(layers)
        for tensor in layer.tensors
    }
    tensors = to_tensors(archive, "weights.safetensors", expected)
    for prefix, layers in stacks.items():
        for index, layer in enumerate(layers):
            for spec in layer.tensors:
                fault = unsound(tensors[f"{prefix}{index}.{spec.name}"])
                if fault is not None:
                    raise _unsound(archive, layer.where, spec.name, fault)
    weights = {name: tensor.astype(np.float32, copy=False) for name, tensor in tensors.items()}
    for tensor in weights.values():
        tensor.setflags(write=False)
    read = {
        prefix: tuple(
            LayerWeights(
                {tensor.name: weights[f"{prefix}{index}.{tensor.name}"] for tensor in layer.tensors}
            )
            for index, layer in enumerate(layers)
        )
        for prefix, layers in stacks.items()
    }
    parts = {name: read[f"{name}."] for name in shapes.parts}
    return Snapshot(document.weights.epoch, read[""], parts)


def _unsound(archive: Archive, layer: str, tensor: str, fault: str) -> ReadError:
    reason = tr(
        "layer {layer}, {tensor}: {fault}; no network has such weights, the file is damaged",
        layer=layer,
        tensor=tensor,
        fault=fault,
    )
    return refused(archive.name, "weights.safetensors", reason)


def _fits_half(snapshot: Snapshot | None) -> bool:
    """Return whether half precision can represent every weight; it ends at 65,504."""
    largest = float(np.finfo(np.float16).max)
    return snapshot is None or all(
        bool(np.abs(tensor).max(initial=0.0) <= largest)
        for layers in _stacks(snapshot).values()
        for layer in layers
        for tensor in layer.tensors.values()
    )


def _stacks(snapshot: Snapshot) -> dict[str, tuple[LayerWeights, ...]]:
    """Return every stack of layers by the prefix of its members."""
    return {"": snapshot.layers, **{f"{name}.": part for name, part in snapshot.parts.items()}}


def _read_history(archive: Archive, recipe: Recipe, terms: list[str]) -> HistoryView:
    member = "history.safetensors"
    if len(set(terms)) < len(terms):
        raise refused(archive.name, "run.json", tr("a term is named twice"))
    columns: dict[str, tuple[type[np.generic], tuple[int | None, ...]]] = {
        **dict.fromkeys(SCALAR_COLUMNS, (np.float64, (None,))),
        **dict.fromkeys(RUN_COLUMNS, (np.float32, (None, recipe.runs))),
        **{f"{_EXTRA}{key}": (np.float32, (None, recipe.runs)) for key in terms},
    }
    tensors: dict[str, Any] = to_tensors(archive, member, columns)
    if len({len(column) for column in tensors.values()}) > 1:
        raise refused(archive.name, member, tr("its columns differ in length"))
    extra = {key: tensors.pop(f"{_EXTRA}{key}") for key in terms}
    return HistoryView(**tensors, extra=extra)


def _read_results(
    archive: Archive, document: RunDocument, recipe: Recipe, samples: int
) -> tuple[RunResult, ...]:
    results = document.results
    if not results:
        return ()
    if len(results) != recipe.runs:
        reason = tr(
            "it has results of {n} runs, and the recipe {runs}", n=len(results), runs=recipe.runs
        )
        raise refused(archive.name, "run.json", reason)
    # For a large set the results are those of all samples; some models do not reconstruct.
    columns = samples if document.measured is None else document.measured
    shape = (len(results), columns)
    tensors = to_tensors(archive, "results.safetensors", {"wrong_pixels": (np.int32, shape)})
    return tuple(
        RunResult(**result.model_dump(), wrong_pixels=tuple(int(n) for n in wrong))
        for result, wrong in zip(results, tensors["wrong_pixels"], strict=True)
    )


def _of_best_weights(
    results: tuple[RunResult, ...], history: HistoryView | None
) -> tuple[RunResult, ...]:
    """Return ``results`` of version 1 with the losses of the best weights, where recorded."""
    if history is None:
        return results
    rows = [history.row_at(result.best_epoch) for result in results]
    return tuple(
        result if row is None else replace(result, best_loss=float(history.loss[row, run]))
        for run, (result, row) in enumerate(zip(results, rows, strict=True))
    )


def _read_checkpoint(
    archive: Archive, point: PointDocument | None, recipe: Recipe, dataset: Dataset
) -> Checkpoint | None:
    """Return the state of the training; it is validated when the training is continued."""
    if point is None:
        return None
    member = "checkpoint.safetensors"
    layout = Layout(_shapes(archive, recipe, dataset).all_layers, recipe.runs)
    numbers = _STATE_COPIES * (layout.size + layout.buffer_size)
    most = 4 * numbers + (recipe.runs + 1) * _STATE_BYTES
    tensors = to_tensors(archive, member, most=most)
    for name in _BEST:
        # The state of a diverged training may be NaN, the best weights never are.
        fault = unsound(tensors[name]) if name in tensors else None
        if fault is not None:
            raise refused(archive.name, member, f"{name}: {fault}")
    return Checkpoint(point.epoch, tensors, point.scalars)


def _shapes(archive: Archive, recipe: Recipe, dataset: Dataset) -> Shapes:
    """The shapes of the network."""
    shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    if shapes.problems:
        raise refused(archive.name, "recipe.json", shapes.problems[0].message.rstrip("."))
    return shapes
