"""``aegui project``: maps of samples by PCA, t-SNE, UMAP and the network, with quality figures."""

from __future__ import annotations

import json
import time
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.cost import refuse_excess
from aegui.commands.figure_files import CSV, PICTURES, make_figure, write_figures
from aegui.commands.loading import loaded_set
from aegui.commands.opened import OpenedRun
from aegui.commands.progress import TerminalLine, left_words, stoppable
from aegui.commands.provenance import about_data, about_machine, drawn_words, machine_words
from aegui.commands.words import note, say, say_json, table_text
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.cost import Cost
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.latent.projections import METHODS, ProjectionOptions, unavailable
from aegui.core.latent.views import (
    VIEWS,
    Figures,
    figures,
    make_view,
    material,
    reference_figures,
    reference_label,
    view_cost,
    views_csv,
    views_document,
    with_codes,
)
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.origin import origin_words
from aegui.core.run_file.saved import SUFFIX
from aegui.core.text_tables import MISSING
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.projections import ProjectionProgress
    from aegui.core.latent.views import Material, View

_SETTINGS = {
    "perplexity": mark("perplexity {value:g}"),
    "iterations": mark("{value:,} iterations"),
    "neighbours": mark("{value:,} neighbours"),
    "min_dist": mark("least distance {value:g}"),
    "draw_seed": mark("seed of the maps {value}"),
}
_SUFFIXES = (CSV, ".json", *PICTURES)
_MAP_CM, _HEADS_CM = 9.0, 2.0


def project_command(options: argparse.Namespace) -> int:
    """Compute the maps, write them to a file, and print the quality of each."""
    keys = _keys(options)
    settings = ProjectionOptions(
        samples=options.samples,
        perplexity=options.perplexity,
        iterations=options.iterations,
        seed=options.seed,
    )
    if options.out is not None:
        check_writable(options.out, _SUFFIXES)
    run = OpenedRun.of(options) if _is_run(options.file) else None
    if run is None and options.data is not None:
        raise AeguiError(tr("--data is only for a saved run."))
    dataset = loaded_set(options.file) if run is None else run.dataset
    codec = None if run is None else run.codec
    if codec is not None and options.method is not None and not codec.can_encode:
        _refuse_codes(keys)
    costs = [view_cost(key, dataset, codec, settings) for key in keys]
    refuse_excess(reduce(Cost.then, costs), allowed=options.yes)
    with stoppable() as cancelled:
        of = material(dataset, settings)
        if codec is not None:
            of = with_codes(of, codec, cancelled=cancelled)
        views = _views(keys, options.method is None, of, settings, cancelled)
        found = {view.key: figures(view, of, cancelled=cancelled) for view in views}
        references = reference_figures(of, cancelled)
    maps = Maps(dataset, of, views, found, references)
    about = _about(options, run) | _parameters(keys, settings)
    if options.out is not None:
        _write(options.out, maps, about, run)
    if options.json:
        say_json(about | about_machine() | maps.document(with_coordinates=False))
    else:
        _say(maps)
        say(drawn_words(settings.seed))
        if run is not None:
            say(run.words)
        say(machine_words())
    return 0


@dataclass(frozen=True, eq=False)
class Maps:
    """Several maps of the same samples, with the quality figures of each."""

    dataset: Dataset
    of: Material
    views: list[View]
    found: dict[str, Figures]
    references: dict[str, Figures]

    def document(self, *, with_coordinates: bool) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return views_document(
            *(self.dataset, self.of, self.views, self.found, self.references),
            with_coordinates=with_coordinates,
        )


def _about(options: argparse.Namespace, run: OpenedRun | None) -> dict[str, Any]:
    """Return what the maps depend on: the network and its samples, or the file of data."""
    if run is None:
        return {"file": options.file}
    return run.about() | {"part": about_data(run.dataset, run.parts)["part"]}


def _parameters(keys: list[str], settings: ProjectionOptions) -> dict[str, Any]:
    """Return the settings of the methods of the maps ``keys``, and their seed."""
    methods = {VIEWS[key].method for key in keys}
    found: dict[str, Any] = {"draw_seed": settings.seed}
    if "tsne" in methods:
        found |= {"perplexity": settings.perplexity, "iterations": settings.iterations}
    if "umap" in methods:
        found |= {"neighbours": settings.neighbours, "min_dist": settings.min_dist}
    return found


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


def _refuse_codes(keys: list[str]) -> None:
    """Refuse maps of codes, before any of the others is computed.

    Raises:
        AeguiError: One of ``keys`` is such a map.
    """
    for key in keys:
        if VIEWS[key].of_code:
            raise AeguiError(
                tr("--method {key}: a GAN has no encoder, so images have no code.", key=key)
            )


def _is_run(file: str) -> bool:
    return Path(file).suffix.lower() == SUFFIX


def _views(
    keys: list[str],
    may_skip: bool,
    of: Material,
    settings: ProjectionOptions,
    cancelled: Callable[[], bool],
) -> list[View]:
    """Compute the maps ``keys``; with ``may_skip``, print why one failed instead of raising."""
    views: list[View] = []
    refusals: list[AeguiError] = []
    for key in keys:
        try:
            views.append(_projected(key, of, settings, cancelled))
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


def _projected(
    key: str, of: Material, settings: ProjectionOptions, cancelled: Callable[[], bool]
) -> View:
    title, begun = tr(VIEWS[key].label), time.monotonic()

    def words(progress: ProjectionProgress) -> str:
        left = ""
        if progress.share > 0.0:
            seconds = time.monotonic() - begun
            rest = seconds * (1.0 - progress.share) / progress.share
            left = tr("{time} left", time=left_words(rest))
        return f"{title}: {progress.share:4.0%}  {progress.text}  {left}"

    with TerminalLine() as line:
        view = make_view(key, of, settings, lambda news: line.show(words(news)), cancelled)
    for text in view.projection.notes:
        note(f"{title}: {text}")
    return view


def _say(maps: Maps) -> None:
    dataset, of = maps.dataset, maps.of
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
        text = trn(
            "{name}: {n:,} sample", "{name}: all {n:,} samples", len(dataset), name=dataset.name
        )
        say(text)
    rows = [[tr(VIEWS[view.key].label), *_cells(maps.found[view.key])] for view in maps.views]
    size = 0 if of.codec is None else of.codec.latent_size
    rows += [[reference_label(key, size), *_cells(value)] for key, value in maps.references.items()]
    header = [
        tr("map"),
        tr("trustworthiness"),
        tr("kNN accuracy"),
        tr("squared error"),
        tr("seconds"),
    ]
    say(table_text(header, rows))


def _write(path: str, maps: Maps, about: dict[str, Any], run: OpenedRun | None) -> None:
    suffix = Path(path).suffix.lower()
    if suffix in PICTURES:
        figure = make_figure("maps", maps.dataset, maps.of, maps.views, _origin(maps, about, run))
        # Square maps side by side.
        paper = Paper(_MAP_CM * len(maps.views), _MAP_CM + _HEADS_CM)
        write_figures([path], figure, paper)
        return
    if suffix == CSV:
        text = views_csv(maps.dataset, maps.of, maps.views, about)
    else:
        document = about | about_machine() | maps.document(with_coordinates=True)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
    # Printed documents escape the bytes of a file name that are no text, too.
    write_atomically(path, text.encode(errors="backslashreplace"))


def _origin(maps: Maps, about: dict[str, Any], run: OpenedRun | None) -> str:
    """Return one line for below the figure: data, network and settings of the maps."""
    samples = len(maps.of.indices)
    if run is None:
        parts = [origin_words(data=maps.dataset.name, samples=samples)]
    else:
        parts = [run.origin(samples=samples)]
    parts += [tr(text, value=about[key]) for key, text in _SETTINGS.items() if key in about]
    return " · ".join(parts)


def _cells(value: Figures) -> list[str]:
    def cell(figure: float | None, form: str) -> str:
        return MISSING if figure is None else localized(figure, form)

    return [
        cell(value.trustworthiness, ".4f"),
        cell(value.knn_accuracy, ".2%"),
        cell(value.squared_error, ".3f"),
        cell(value.seconds, ".2f"),
    ]
