"""``aegui runs``: the library of kept runs, on the terminal."""

from __future__ import annotations

import filecmp
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.out_file import holds_anything
from aegui.commands.progress import TerminalLine
from aegui.commands.words import note, say, say_exactly, say_json, table_text
from aegui.core.atomic import check_writable, stem_of
from aegui.core.cost import memory_words
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import (
    RUN_FIGURES,
    figure_words,
    no_figure_words,
    run_figure,
)
from aegui.core.i18n import localized, tr, trn
from aegui.core.library.differences import difference
from aegui.core.library.entry import MAX_NAME, spreads_of
from aegui.core.library.exports import export_events, export_file, members
from aegui.core.library.library import Library
from aegui.core.library.query import (
    COLUMNS,
    USUAL_COLUMNS,
    Condition,
    LibraryQuery,
    check_column,
)
from aegui.core.library.words import (
    cell_words,
    column_label,
    emptied_words,
    is_figure,
    spread_words,
)
from aegui.core.run_file.saved import SUFFIX, load_run
from aegui.core.text_tables import csv_text
from aegui.paths import library_dir

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from aegui.core.library.differences import EntryDifference
    from aegui.core.library.entry import LibraryEntry, Spread
    from aegui.core.library.query import LibraryGroup
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.study.records import Records
    from aegui.core.study.results import StudyResult

_TEXTS = ("name", "kind", "tags", "note", "study", "setting", "parent", "data")
_SHOWN_SEEDS = 20
_MEGABYTE = 1 << 20


def list_command(options: argparse.Namespace) -> int:
    """Print the entries that match, or groups of them."""
    query = LibraryQuery(
        text=" ".join(options.words),
        tags=tuple(options.tag),
        starred=True if options.starred else None,
        kind=options.kind or "",
        study=options.study,
        where=tuple(map(Condition.parsed, options.where)),
        sort=options.sort,
        descending=not options.ascending,
        trashed=options.trash,
        limit=options.limit,
    )
    # The id is always the first column.
    columns = [it for it in _split(options.columns) or USUAL_COLUMNS if it != "id"]
    # Here, and not only by the query: an empty library runs none, and groups show figures only.
    for column in (*columns, query.sort, *filter(None, [options.group])):
        check_column(column)
    if not library_dir().exists():
        # An empty library is an answer, not an error.
        if options.json:
            say_json([])
        elif options.csv:
            grouped = options.group is not None
            _say_csv(_group_header(columns, options) if grouped else ["id", *columns], [])
        else:
            note(_empty_words())
        return 0
    with _opened(looks_only=True) as library:
        if options.group is not None:
            return _say_groups(library, query, columns, options)
        rows = library.rows(query, columns)
    header = ["id", *columns]
    if options.json:
        say_json([dict(zip(header, (row.id, *row.values), strict=True)) for row in rows])
    elif options.csv:
        _say_csv(header, [[row.id, *row.values] for row in rows])
    elif rows:
        cells = [[row.id, *map(cell_words, columns, row.values)] for row in rows]
        words = 1 + len(list(takewhile(lambda column: column in _TEXTS, columns)))
        say(table_text([tr(COLUMNS["id"].label), *map(column_label, columns)], cells, words))
    else:
        note(tr('Nothing of that kind is in the library; "aegui train ... --keep" keeps a run.'))
    return 0


def show_command(options: argparse.Namespace) -> int:
    """Print all properties of an entry."""
    with _opened(looks_only=True) as library:
        id = library.find(options.run)
        entry = library.entry(id)
        path = library.path(id)
    if options.json:
        file = str(path) if path.exists() else None
        say_json({**entry.model_dump(mode="json"), "file": file})
    else:
        _say_entry(entry, path)
    return 0


def diff_command(options: argparse.Namespace) -> int:
    """Print how two entries differ, and whether one is better."""
    with _opened(looks_only=True) as library:
        first, second = (library.find(name) for name in (options.first, options.second))
        found = difference(library, first, second, options.figure or "")
    if options.json:
        say_json(_diff_json(found))
        return 0
    say("\n".join(found.lines) if found.lines else tr("Both have the same recipe."))
    say("\n".join(found.verdict))
    return 0


def export_command(options: argparse.Namespace) -> int:
    """Write run files, recipes or histories of entries to other files."""
    if options.out is None and options.tensorboard is None:
        raise AeguiError(
            tr(
                "Give a target: -o with a .aegui, .json or .csv file, or --tensorboard with a "
                "folder."
            )
        )
    with _opened(looks_only=True) as library:
        ids = [member for name in options.runs for member in members(library, library.find(name))]
        if options.out is not None:
            check_writable(options.out)
            if not options.replace:
                _refuse_other_run(library, ids, Path(options.out))
            export_file(library, ids, Path(options.out))
            say(tr("Written to {file}.", file=options.out))
        if options.tensorboard is not None:
            count = export_events(library, ids, Path(options.tensorboard))
            say(
                trn(
                    "{n} event file written: tensorboard --logdir {folder} shows it.",
                    "{n} event files written: tensorboard --logdir {folder} shows them.",
                    count,
                    folder=options.tensorboard,
                )
            )
    return 0


def _refuse_other_run(library: Library, ids: Sequence[str], out: Path) -> None:
    """Refuse to replace the results of another training.

    Raises:
        AeguiError: ``out`` is a run file with other content.
    """
    if out.suffix.lower() != SUFFIX or not holds_anything(out):
        return
    if len(ids) > 1 or not filecmp.cmp(library.path(ids[0]), out, shallow=False):
        raise AeguiError(
            tr(
                "{file} is there already: name another file, or replace it with --replace.",
                file=out,
            )
        )


def add_command(options: argparse.Namespace) -> int:
    """Keep run files in the library, unless they are in it already."""
    runs = [load_run(file) for file in options.sources]
    with _opened() as library:
        for file, run in zip(options.sources, runs, strict=True):
            there = library.same(run)
            if there:
                text = tr(
                    '{file} is in the library already: "aegui runs show {id}" shows it.',
                    file=file,
                    id=there,
                )
                say(text)
                continue
            name = run.recipe.name or stem_of(file)
            entry = library.keep(run, tags=tuple(options.tag), name=name[:MAX_NAME])
            say(tr("{file} is kept as {id}.", file=file, id=entry.id))
        _note_size(library)
    return 0


def star_command(options: argparse.Namespace) -> int:
    """Mark entries with a star, or remove it."""
    with _opened() as library:
        for id in _found(library, options.runs):
            library.edit(id, starred=not options.off)
    return 0


def tag_command(options: argparse.Namespace) -> int:
    """Add and remove tags; without runs, list all tags."""
    if options.runs and not options.add and not options.remove:
        raise AeguiError(tr("Name the tags: --add TAG, --remove TAG."))
    if not options.runs and (options.add or options.remove):
        raise AeguiError(tr("Name the runs whose tags change."))
    with _opened(looks_only=not options.runs) as library:
        if not options.runs:
            for tag, count in library.tags().items():
                say(f"{tag}  {localized(count, ',')}")
        for id in _found(library, options.runs):
            library.tag(id, options.add, options.remove)
    return 0


def edit_command(options: argparse.Namespace) -> int:
    """Change name or note of an entry."""
    changes = {
        field: value
        for field, value in (("name", options.name), ("note", options.note))
        if value is not None
    }
    if not changes:
        raise AeguiError(tr("Name what to change: --name, --note."))
    with _opened() as library:
        library.edit(library.find(options.run), **changes)
    return 0


def remove_command(options: argparse.Namespace) -> int:
    """Move entries to the trash."""
    with _opened() as library:
        ids = _found(library, options.runs)
        library.trash(ids)
    say(
        trn(
            "{n} entry is in the trash: aegui runs restore {ids} brings it back.",
            "{n} entries are in the trash: aegui runs restore {ids} brings them back.",
            len(ids),
            ids=" ".join(ids),
        )
    )
    return 0


def restore_command(options: argparse.Namespace) -> int:
    """Restore entries from the trash."""
    with _opened() as library:
        ids = _found(library, options.runs)
        for id in ids:
            entry = library.entry(id)
            if not (entry.trashed or entry.shed):
                raise AeguiError(tr("{name} is not in the trash.", name=id))
        library.restore(ids)
    restored = trn("{n:,} entry restored", "{n:,} entries restored", len(ids))
    say(f"{restored}: {' '.join(ids)}")
    return 0


def tidy_command(options: argparse.Namespace) -> int:
    """Print the disk use of the library, and reduce it if requested."""
    changes = options.keep_best is not None or options.empty_trash or options.limit is not None
    if options.keep_best is not None and not is_figure(options.keep_best):
        raise AeguiError(f"--keep-best: {no_figure_words(options.keep_best, RUN_FIGURES)}")
    tell = note if options.json else say
    with _opened(looks_only=not changes) as library:
        if options.limit is not None:
            library.set_limit(options.limit * _MEGABYTE)
        if options.keep_best is not None:
            tell(_keep_best(library, options))
        if options.empty_trash:
            tell(emptied_words(library.empty_trash()))
        use = library.disk_use()
    if options.json:
        say_json({"bytes": use.size, "trash_bytes": use.trash, "limit_bytes": use.limit})
        return 0
    size, limit = memory_words(use.size), memory_words(use.limit)
    say(tr("The library uses {size}; its limit is {limit}.", size=size, limit=limit))
    if use.trash:
        say(tr("{size} of it are in the trash.", size=memory_words(use.trash)))
    return 0


def keep_trained(run: SavedRun, *, compact: bool) -> str:
    """Keep the result of ``aegui train`` in the library; return its id.

    Raises:
        AeguiError: It could not be kept.
    """
    with _opened() as library:
        entry = library.keep(run, compact=compact)
        _note_size(library)
    return entry.id


def keep_found(result: StudyResult, records: Records, verdict: Sequence[str]) -> str:
    """Keep the result of ``aegui study`` in the library; return its id.

    Raises:
        AeguiError: It could not be kept.
    """
    # Imported here: importing the study modules takes as long as all others of this module.
    from aegui.core.library.studies import keep_study

    with _opened() as library:
        with TerminalLine() as line:
            id = keep_study(library, result, records, verdict=verdict, report=line.report)
        _note_size(library)
    return id


def check_library() -> None:
    """Check, before a training, that the library can be written.

    Raises:
        AeguiError: It cannot.
    """
    with _opened() as library:
        if library.read_only:
            raise AeguiError(tr("The library in {folder} is read-only.", folder=library.folder))


@contextmanager
def _opened(*, looks_only: bool = False) -> Iterator[Library]:
    """Open the user's library; ``looks_only`` refuses to create an empty one."""
    if looks_only and not library_dir().exists():
        raise AeguiError(_empty_words())
    with TerminalLine() as line:
        library = Library(report=line.report)
    with library:
        for text in library.notes:
            note(text)
        yield library


def _empty_words() -> str:
    return tr('The library is empty: "aegui train ... --keep" keeps a run in it.')


def _found(library: Library, names: Sequence[str]) -> list[str]:
    """Return the ids for all names, so that a wrong name fails before anything is changed."""
    return list(dict.fromkeys(library.find(name) for name in names))


def _keep_best(library: Library, options: argparse.Namespace) -> str:
    """Keep the files of the best runs only; return what was done, in words."""
    figure = run_figure(options.keep_best)
    studies = library.studies() if options.study is None else [library.find(options.study)]
    shed = [
        id
        for study in studies
        for id in library.keep_best(study, figure.key, options.count, low=figure.better != "high")
    ]
    return trn(
        "The file of {n} run is in the trash; its figures stay.",
        "The files of {n} runs are in the trash; their figures stay.",
        len(shed),
    )


def _note_size(library: Library) -> None:
    use = library.disk_use()
    if use.is_over:
        note(
            tr(
                "The library uses {size}, more than its limit of {limit}: aegui runs tidy "
                "--keep-best wrong, --empty-trash or --limit MB.",
                size=memory_words(use.size),
                limit=memory_words(use.limit),
            )
        )


def _say_groups(
    library: Library, query: LibraryQuery, columns: Sequence[str], options: argparse.Namespace
) -> int:
    """Print mean and standard deviation of each figure column over all seeds of each group."""
    figures = _figures(columns)
    groups = library.groups(query, options.group, figures)
    if options.json:
        say_json(
            [
                {
                    options.group: group.value,
                    "entries": group.entries,
                    "figures": {key: _spread_json(one) for key, one in group.figures.items()},
                }
                for group in groups
            ]
        )
        return 0
    if options.csv:
        cells = [_group_cells(group, figures) for group in groups]
        _say_csv(_group_header(columns, options), cells)
        return 0
    lines = [
        [
            cell_words(options.group, group.value),
            localized(group.entries, ","),
            *(spread_words(key, group.figures.get(key)) for key in figures),
        ]
        for group in groups
    ]
    say(
        table_text([column_label(options.group), tr("entries"), *map(column_label, figures)], lines)
    )
    return 0


def _figures(columns: Sequence[str]) -> list[str]:
    return [key for key in columns if is_figure(key)]


def _group_header(columns: Sequence[str], options: argparse.Namespace) -> list[str]:
    """Return the header of the CSV of groups."""
    parts = ("mean", "std", "seeds")
    figures = [f"{key}_{part}" for key in _figures(columns) for part in parts]
    return [options.group, "entries", *figures]


def _group_cells(group: LibraryGroup, figures: Sequence[str]) -> list[Any]:
    cells = [group.value, group.entries]
    for key in figures:
        one = group.figures.get(key)
        several = one is not None and one.count > 1
        cells += (
            ["", "", 0] if one is None else [one.mean, one.deviation if several else "", one.count]
        )
    return cells


def _spread_json(one: Spread) -> dict[str, float]:
    return {
        "mean": one.mean,
        "std": one.deviation,
        "seeds": one.count,
        "low": one.low,
        "high": one.high,
    }


def _say_entry(entry: LibraryEntry, path: Path) -> None:
    lines = [
        (COLUMNS[key].label, cell_words(key, value))
        for key, value in (
            ("id", entry.id),
            ("name", entry.name),
            ("created", entry.created),
            ("tags", ", ".join(entry.tags)),
            ("starred", entry.starred),
            ("study", entry.study),
            ("setting", entry.setting),
            ("parent", entry.parent),
            ("data", entry.data),
            ("samples", entry.samples),
            ("note", entry.note),
        )
        if value not in ("", False)
    ]
    width = max(len(tr(label)) for label, _ in lines)
    for label, text in lines:
        say(f"{tr(label).ljust(width)}  {text}")
    if entry.has_file and not path.exists():
        say(tr("Its run file is missing: {file}", file=path))
    elif path.exists():
        say(tr("File: {file}", file=path))
    known = [
        f"{key} {value}" for key, value in entry.environment.items() if value not in (None, "")
    ]
    if known:
        say(tr("Environment: {values}", values=", ".join(known)))
    if entry.seeds:
        say()
        say(_seeds_table(entry))


def _seeds_table(entry: LibraryEntry) -> str:
    keys = list(dict.fromkeys(key for row in entry.seeds for key in row.figures))
    rows = [
        [str(row.seed), *(figure_words(key, row.figures.get(key)) for key in keys)]
        for row in entry.seeds[:_SHOWN_SEEDS]
    ]
    if len(entry.seeds) > 1:
        spreads = spreads_of(entry)
        means = [figure_words(key, spreads[key].mean if key in spreads else None) for key in keys]
        rows.append([tr("mean"), *means])
        stds = [
            figure_words(key, spreads[key].deviation if key in spreads else None) for key in keys
        ]
        rows.append([tr("std"), *stds])
    return table_text([tr("seed"), *(tr(run_figure(key).label) for key in keys)], rows)


def _diff_json(found: EntryDifference) -> dict[str, Any]:
    first, second = found.entries
    comparison = found.comparison
    return {
        "first": first.id,
        "second": second.id,
        "changes": [vars(change) for change in found.changes],
        "figure": found.figure,
        "means": list(comparison.means),
        "seeds": list(comparison.seeds),
        "difference": comparison.difference,
        "interval": comparison.interval,
        "paired": comparison.paired,
        "p": comparison.p,
        **comparison.tally._asdict(),
        "superiority": comparison.tally.superiority,
        "outcome": comparison.outcome,
        "more_seeds": comparison.more_seeds,
    }


def _say_csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    say_exactly(csv_text(header, rows).rstrip("\n"))


def _split(text: str | None) -> list[str]:
    return [] if text is None else [part.strip() for part in text.split(",") if part.strip()]
