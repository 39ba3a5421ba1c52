"""``aegui project``: maps of samples by PCA, t-SNE, UMAP and the network, with their figures."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.cost import refuse_excess
from aegui.commands.evaluate import codec_for, data_for
from aegui.commands.figure_files import CSV, PICTURES, start_painting
from aegui.commands.progress import stopping_at
from aegui.commands.provenance import about_machine, about_weights
from aegui.commands.words import note, say, say_json, table
from aegui.core.atomic import write_atomically
from aegui.core.data.load import load_dataset
from aegui.core.data.progress import clock
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.parts import is_same_set, parts_of
from aegui.core.i18n import tr
from aegui.core.latent.projections import METHODS, ProjectionOptions, projection_cost, unavailable
from aegui.core.latent.view_files import views_csv, views_document
from aegui.core.latent.views import (
    VIEWS,
    Figures,
    figures,
    make_view,
    material,
    reference_figures,
    reference_label,
    with_codes,
)
from aegui.core.run_file.saved import SUFFIX, load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.projections import ProjectionProgress
    from aegui.core.latent.views import Material, View

_SUFFIXES = (CSV, ".json", *PICTURES)
_MAP_CM, _HEADS_CM = 9.0, 2.0
_REDRAW_SECONDS = 0.1


def project_command(options: argparse.Namespace) -> int:
    """Make the maps, write them to a file, and print how good each is."""
    keys = _keys(options)
    settings = _settings(options)
    if options.out is not None and Path(options.out).suffix.lower() not in _SUFFIXES:
        raise AeguiError(
            tr(
                "{file}: maps are written as {kinds}, by the end of the file's name.",
                file=options.out,
                kinds=", ".join(_SUFFIXES),
            )
        )
    dataset, codec, about = _samples(options)
    cost = projection_cost(keys, len(dataset), dataset.pixels, settings)
    refuse_excess(cost, allowed=options.yes)
    with stopping_at() as stop:
        of = material(dataset, settings)
        if codec is not None:
            of = with_codes(of, codec, cancelled=lambda: stop.wished)
        views = _views(keys, options.method is None, of, settings, lambda: stop.wished)
        found = {view.key: figures(view, of, cancelled=lambda: stop.wished) for view in views}
        references = reference_figures(of, lambda: stop.wished)
    _report(options, about, dataset, of, views, found, references)
    return 0


def _keys(options: argparse.Namespace) -> list[str]:
    asked = options.method
    if asked is None:
        asked = "code,pca,tsne" if _is_run(options.file) else "pca,tsne"
    keys = list(dict.fromkeys(key.strip() for key in asked.split(",") if key.strip()))
    for key in keys:
        if key not in VIEWS:
            raise AeguiError(
                tr("--method {key} is unknown; there are {known}.", key=key, known=", ".join(VIEWS))
            )
        if VIEWS[key].of_code and not _is_run(options.file):
            raise AeguiError(
                tr(
                    "--method {key} needs a network: name a saved run ({suffix}), and the data "
                    "with --data.",
                    key=key,
                    suffix=SUFFIX,
                )
            )
        reason = unavailable(VIEWS[key].method) if VIEWS[key].method in METHODS else None
        if reason is not None:
            raise AeguiError(reason)
    if not keys:
        raise AeguiError(tr("--method names no map; there are {known}.", known=", ".join(VIEWS)))
    return keys


def _settings(options: argparse.Namespace) -> ProjectionOptions:
    return ProjectionOptions(
        samples=options.samples,
        perplexity=options.perplexity,
        iterations=options.iterations,
        seed=options.seed,
    )


def _is_run(file: str) -> bool:
    return Path(file).suffix.lower() == SUFFIX


def _samples(options: argparse.Namespace) -> tuple[Dataset, Codec | None, dict[str, Any]]:
    """The samples, the network if there is one, and what figures of them depend on."""
    if not _is_run(options.file):
        if options.data is not None:
            raise AeguiError(tr("--data goes with a saved run only."))
        return load_dataset(options.file), None, {"file": options.file}
    saved = load_run(options.file)
    dataset = data_for(saved, options.data)
    codec = codec_for(saved, options.run, dataset)[1]
    own = options.data is None or is_same_set(dataset, saved.dataset)
    parts = parts_of(len(dataset), saved.recipe.data.split, own=own)
    part = next(iter(parts)) if len(parts) == 1 else "all"
    return dataset, codec, about_weights(options.file, saved, codec) | {"part": part}


def _views(
    keys: list[str],
    may_skip: bool,
    of: Material,
    settings: ProjectionOptions,
    cancelled: Callable[[], bool],
) -> list[View]:
    """The maps ``keys``; of those that nobody named, one that cannot be made is only told."""
    views: list[View] = []
    refusals: list[AeguiError] = []
    for key in keys:
        try:
            views.append(_made(key, of, settings, cancelled))
        except Cancelled:
            raise
        except AeguiError as error:
            if not may_skip:
                raise
            refusals.append(error)
    if not views:
        raise refusals[0]
    for refusal in refusals:
        note(str(refusal))
    return views


def _made(
    key: str, of: Material, settings: ProjectionOptions, cancelled: Callable[[], bool]
) -> View:
    line = _Line(tr(VIEWS[key].label))
    try:
        view = make_view(key, of, settings, line.update, cancelled)
    finally:
        line.clear()
    for text in view.projection.notes:
        note(f"{tr(VIEWS[key].label)}: {text}")
    return view


class _Line:
    """Progress on the standard error, redrawn in place; silent where that is no terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._due = 0.0

    def update(self, progress: ProjectionProgress) -> None:
        now = time.monotonic()
        if not self._shown or now < self._due:
            return
        self._due = now + _REDRAW_SECONDS
        left = ""
        if progress.share > 0.0:
            seconds = (now - self._begun) * (1.0 - progress.share) / progress.share
            left = tr("{time} left", time=clock(seconds))
        text = f"{self._title}: {progress.share:4.0%}  {progress.text}  {left}"
        room = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        sys.stderr.write(f"\r{text[:room]}\033[K")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def _report(
    options: argparse.Namespace,
    about: dict[str, Any],
    dataset: Dataset,
    of: Material,
    views: list[View],
    found: dict[str, Figures],
    references: dict[str, Figures],
) -> None:
    about = {**about, "draw_seed": options.seed, **about_machine()}
    if options.out is not None:
        write_atomically(
            options.out, _content(options.out, about, dataset, of, views, found, references)
        )
    if options.json:
        document = views_document(dataset, of, views, found, references, with_places=False)
        say_json(about | document)
        return
    if len(of.indices) < len(dataset):
        say(
            tr(
                "{name}: {n:,} of {total:,} samples, drawn at random",
                name=dataset.name,
                n=len(of.indices),
                total=len(dataset),
            )
        )
    else:
        say(tr("{name}: all {n:,} samples", name=dataset.name, n=len(dataset)))
    rows = [[tr(VIEWS[view.key].label), *_cells(found[view.key])] for view in views]
    size = 0 if of.codec is None else of.codec.latent_size
    rows += [[reference_label(key, size), *_cells(value)] for key, value in references.items()]
    header = [
        tr("map"),
        tr("trustworthiness"),
        tr("kNN accuracy"),
        tr("squared error"),
        tr("seconds"),
    ]
    say(table(header, rows))


def _content(
    name: str,
    about: dict[str, Any],
    dataset: Dataset,
    of: Material,
    views: list[View],
    found: dict[str, Figures],
    references: dict[str, Figures],
) -> bytes:
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        return views_csv(dataset, of, views).encode()
    if suffix in PICTURES:
        from aegui.widgets.figures.figure import Paper, figure_bytes
        from aegui.widgets.figures.makers import maps_figure

        application = start_painting()
        # Square maps side by side.
        paper = Paper(_MAP_CM * len(views), _MAP_CM + _HEADS_CM)
        drawn = figure_bytes(maps_figure(dataset, of, views), paper, suffix.removeprefix("."))
        del application
        return drawn
    document = about | views_document(dataset, of, views, found, references)
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _cells(value: Figures) -> list[str]:
    def cell(figure: float | None, form: str) -> str:
        return "-" if figure is None else format(figure, form)

    return [
        cell(value.trustworthiness, ".4f"),
        cell(value.knn_accuracy, ".2%"),
        cell(value.squared_error, ".3f"),
        cell(value.seconds, ".2f"),
    ]
