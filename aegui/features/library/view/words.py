"""Texts of the details of an entry, and of the comparison of two."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aegui.core.cost import memory_words
from aegui.core.data.builtin import set_title
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import localized, tr, trn
from aegui.core.library.entry import spreads_of
from aegui.core.library.words import cell_words, spread_words
from aegui.core.network.change_words import setting_value
from aegui.core.network.plan import network_plan
from aegui.core.network.words import architecture
from aegui.core.recipe.file import recipe_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.library.entry import LibraryEntry
    from aegui.features.library.model.queries import EntryDetails, QueryResult

_FIGURES = (
    "wrong",
    "worst",
    "at_most_1",
    "exact",
    "validation_accuracy",
    "accuracy",
    "loss",
    "validation_loss",
    "best_epoch",
    "seconds",
)
_ENVIRONMENT = ("aegui", "torch", "device", "processor")


def found_words(sheet: QueryResult) -> str:
    """Return the number of entries or groups as text."""
    if sheet.view.group:
        return trn("{n:,} group", "{n:,} groups", len(sheet.groups))
    return trn("{n:,} entry", "{n:,} entries", sheet.total)


def use_words(sheet: QueryResult) -> str:
    """Return the disk use of the library and its limit as text."""
    limit = memory_words(sheet.use.limit)
    size = memory_words(sheet.use.size) if sheet.use.size else tr("0 MB")
    return tr("{size} of {limit}", size=size, limit=limit)


def use_help(sheet: QueryResult) -> str:
    """Return a sentence about the disk use, including the trash."""
    lines = [tr("Disk use of the library, and the limit above which it warns.")]
    if sheet.use.trash:
        lines.append(tr("{size} of it are in the trash.", size=memory_words(sheet.use.trash)))
    return " ".join(lines)


def entry_html(details: EntryDetails) -> str:
    """Return all details of one entry as HTML."""
    entry = details.entries[0]
    lines = [f"<b>{escape(entry.name or entry.id)}</b>{' ★' if entry.starred else ''}"]
    lines.append(_dim(_kind_words(entry, details.sizes[0])))
    if entry.tags:
        lines.append(escape(" ".join(f"#{tag}" for tag in entry.tags)))
    if entry.note:
        lines += [escape(line) for line in entry.note.splitlines()]
    lines += _figure_lines(entry)
    lines += _recipe_lines(entry)
    lines += _study_lines(entry)
    if details.parents[0]:
        lines.append(_dim(tr("From: {name}", name=details.parents[0])))
    lines.append(_dim(_environment_words(entry)))
    return _paragraphs(line for line in lines if line)


def difference_html(details: EntryDetails) -> str:
    """Return the differences of two entries, and whether one is better, as HTML."""
    names = details.names
    lines = [f"<b>{escape(names[0])}</b> ↔ <b>{escape(names[1])}</b>"]
    if details.found is None:
        return _paragraphs([*lines, escape(details.reason)])
    found = details.found
    if found.lines:
        lines += [escape(line) for line in found.lines]
    else:
        lines.append(escape(tr("Both have the same recipe.")))
    lines += [escape(line) for line in found.verdict]
    return _paragraphs(lines)


def _kind_words(entry: LibraryEntry, size: int) -> str:
    kind = tr("Study") if entry.kind == "study" else ""
    seeds = trn("{n:,} seed", "{n:,} seeds", len(entry.seeds)) if entry.seeds else ""
    created, data = cell_words("created", entry.created), set_title(entry.data)
    parts = [kind, created, data, seeds, memory_words(size)]
    return " · ".join(part for part in parts if part)


def _figure_lines(entry: LibraryEntry) -> list[str]:
    spreads = spreads_of(entry)
    lines = []
    for key in _FIGURES:
        if key in spreads:
            label = escape(tr(run_figure(key).label))
            lines.append(f"{label}: {escape(spread_words(key, spreads[key]))}")
    return lines


def _recipe_lines(entry: LibraryEntry) -> list[str]:
    if not entry.recipe:
        return []
    try:
        recipe = recipe_from(entry.recipe, where=entry.id)
    except AeguiError as error:
        return [escape(str(error))]
    network = architecture(network_plan(recipe, entry.image_shape or (1, 1, 1)))
    training = recipe.training
    rate = localized(training.optimizer.learning_rate, "g")
    epochs = trn("{n:,} epoch", "{n:,} epochs", training.epochs)
    training_words = tr(
        "{loss}, {optimizer} {rate}, {epochs}, seed {seed}",
        loss=setting_value("training.loss", training.loss),
        optimizer=setting_value("training.optimizer.name", training.optimizer.name),
        rate=rate,
        epochs=epochs,
        seed=recipe.seed,
    )
    return [escape(network), escape(training_words)]


def _study_lines(entry: LibraryEntry) -> list[str]:
    document = entry.document or {}
    verdict = document.get("verdict")
    return [escape(str(line)) for line in verdict] if isinstance(verdict, list) else []


def _environment_words(entry: LibraryEntry) -> str:
    known = [
        f"{key} {entry.environment[key]}"
        for key in _ENVIRONMENT
        if entry.environment.get(key) not in (None, "")
    ]
    return ", ".join(known)


def _dim(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p style='margin: 0 0 3px 0'>{line}</p>" for line in lines)
