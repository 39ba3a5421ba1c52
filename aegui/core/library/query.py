"""Queries of the library: which entries, in which order, with which columns."""

from __future__ import annotations

import math
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aegui.core.choices import Choice, table
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import RUN_FIGURES
from aegui.core.folding import folded
from aegui.core.i18n import mark, tr
from aegui.core.library.entry import Spread, joined_spread, stored_time
from aegui.core.library.index import ENVIRONMENT, default_settings, stored
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import did_you_mean, quoted
from aegui.core.training.terms import TERMS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~"]
"""``~``: the text occurs anywhere in it; case and accents do not matter."""

COLUMNS = table(
    Choice("id", mark("Id"), mark("The id of the entry in commands.")),
    Choice("name", mark("Name"), mark("What a person calls it.")),
    Choice("kind", mark("Kind"), mark("A run or a study.")),
    Choice("created", mark("Created"), mark("When it was kept.")),
    Choice("starred", mark("Star"), mark("Whether it is marked with a star.")),
    Choice("tags", mark("Tags"), mark("Its tags.")),
    Choice("note", mark("Note"), mark("A note about it.")),
    Choice("study", mark("Study"), mark("The study that it belongs to.")),
    Choice("setting", mark("Setting"), mark("What it is called within its study.")),
    Choice("parent", mark("Parent"), mark("The entry that it was forked from or repeats.")),
    Choice("data", mark("Data"), mark("The set that was learnt.")),
    Choice("samples", mark("Samples"), mark("How many samples that has.")),
    Choice("runs", mark("Seeds"), mark("How many seeds were trained.")),
    Choice("bytes", mark("Size"), mark("Disk use of its files.")),
    Choice("missing", mark("Missing"), mark("Whether its run file is missing.")),
)
"""Columns that every entry has; further ones are figures and fields of the recipe."""

USUAL_COLUMNS = ("name", "data", "runs", "wrong", "loss", "created")
_TAGS = "(SELECT group_concat(tag, ', ') FROM tags WHERE tags.entry = entries.number)"
_COMPARED = {"=": "IS", "!=": "IS NOT", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MAX_INTEGER = 2**63
_ORDERED = ("<", "<=", ">", ">=")
_NUMBERS = ("samples", "runs", "bytes")
_PARTS = ("classifier.", "gan.", "network.", "training.", "data.", f"{ENVIRONMENT}.")
_WIDTH = 5
_PART = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
"""A part of a search text: up to the next space outside of quotes."""
_CONDITION = re.compile(r"^\s*([\w.]+)\s*(<=|>=|!=|=|<|>|~)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """``column operator value``; for a figure its mean over the seeds is compared."""

    column: str
    """A key of ``COLUMNS``, a figure, or the path of a field of the recipe."""
    operator: Operator
    """The comparison."""
    value: Any
    """The value to compare with."""

    @classmethod
    def parsed(cls, text: str) -> Condition:
        """Parse ``wrong<1``, ``training.loss=bce`` or ``name~letters``.

        Raises:
            AeguiError: It is no condition, names no column, or orders numbers by a text.
        """
        found = _CONDITION.match(text)
        if found is None:
            raise AeguiError(
                tr(
                    "{text} is not a condition: it must be like wrong<1, "
                    "training.loss=bce or name~letters.",
                    text=quoted(text),
                )
            )
        column, operator, typed = found.groups()
        check_column(column)
        if operator == "~":
            value: Any = typed
        else:
            value = stored_time(typed) if column == "created" else _read(typed)
        if operator in _ORDERED and _is_number(column) and not _is_ordered(value):
            raise AeguiError(
                tr(
                    "{text}: compare {column} with a number, as in {column}<1.",
                    text=quoted(text),
                    column=column,
                )
            )
        return cls(column, operator, value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class LibraryQuery:
    """A selection of entries."""

    text: str = ""
    """Words that must all occur in name, note, tags, setting or data."""
    tags: tuple[str, ...] = ()
    """Tags that it must all have."""
    starred: bool | None = None
    """Only entries with a star, or only those without; None for both."""
    kind: str = ""
    """``run`` or ``study``; empty for both."""
    study: str | None = None
    """Only entries of this study; None for all."""
    where: tuple[Condition, ...] = ()
    """Conditions that must all hold."""
    sort: str = "created"
    """Column to sort by; entries without a value come last."""
    descending: bool = True
    """Whether to sort from high to low."""
    trashed: bool = False
    """Select entries in the trash, or with their file there, instead of the others."""
    limit: int | None = None
    """Most entries; None for all."""


@dataclass(frozen=True)
class Search:
    """A parsed search text: words, ``#tags`` and conditions in any order."""

    words: str = ""
    """Words that an entry must all contain."""
    tags: tuple[str, ...] = ()
    """Tags that it must have."""
    where: tuple[Condition, ...] = ()
    """Conditions."""
    refused: str = ""
    """Why a part that looks like a condition is none; empty if there is no such part."""

    @classmethod
    def read(cls, text: str) -> Search:
        """Parse ``letters #course wrong<1 name~"two words"``; ignore conditions without a value.

        They are still being typed; ``setting=""`` has an empty one.
        """
        words, tags, where, refused = [], [], [], ""
        for part in _PART.findall(text):
            text_part = part.replace('"', "")
            condition = _CONDITION.match(text_part)
            if part[:1] == "#":
                tags += [text_part[1:]] if len(text_part) > 1 else []
            elif condition is None or part[:1] == '"':
                words.append(text_part)
            elif condition[3] or part.endswith('""'):
                try:
                    where.append(Condition.parsed(text_part))
                except AeguiError as error:
                    refused = str(error)
        return cls(" ".join(words), tuple(tags), tuple(where), refused)


class LibraryRow(NamedTuple):
    """One row of the table."""

    id: str
    """Id of the entry."""
    values: tuple[Any, ...]
    """Values of the requested columns, in their order; None for missing ones."""


@dataclass(frozen=True)
class LibraryGroup:
    """Entries with the same value in one column."""

    value: Any
    """That value; None if they have none."""
    entries: int
    """Number of entries."""
    figures: dict[str, Spread] = field(default_factory=dict)
    """The figures over all of their seeds, as far as there are any."""


def _is_number(column: str) -> bool:
    return column in _NUMBERS or column in RUN_FIGURES or column in TERMS


def _is_ordered(value: Any) -> bool:
    return type(value) in {int, float} and not math.isnan(value)


def check_column(column: str) -> None:
    """Raise if a name is no column.

    Raises:
        AeguiError: It is none; the message names the nearest one.
    """
    if (
        column in COLUMNS
        or column in RUN_FIGURES
        or column in TERMS
        or column in default_settings()
    ):
        return
    if column.startswith(_PARTS):
        return  # parts that only some recipes have
    known = [*COLUMNS, *RUN_FIGURES, *TERMS, *default_settings()]
    raise AeguiError(
        tr(
            "There is no column {name}.{hint} There are {columns}, every figure, and every field "
            "of a recipe by its path.",
            name=quoted(column),
            hint=did_you_mean(column, known),
            columns=", ".join(COLUMNS),
        )
    )


def rows_of(
    connection: sqlite3.Connection, query: LibraryQuery, columns: Sequence[str]
) -> list[LibraryRow]:
    """Return the entries that match ``query``.

    Raises:
        AeguiError: A column is unknown.
    """
    builder = _QueryBuilder(query)
    if query.limit is not None:
        # Sorted and limited by row number first; values are looked up for the remaining ones.
        few = _QueryBuilder(query)
        first = f"{few.order()} LIMIT {int(query.limit)}"
        sql, values = few.select(["entries.number"])
        sql += first
        builder = _QueryBuilder(
            LibraryQuery(trashed=query.trashed, sort=query.sort, descending=query.descending)
        )
        builder.only(sql, values)
    shown = [builder.expression(column) for column in columns]
    order = builder.order()
    sql, values = builder.select(["entries.id", *shown])
    return [LibraryRow(row[0], row[1:]) for row in connection.execute(sql + order, values)]


def count_of(connection: sqlite3.Connection, query: LibraryQuery) -> int:
    """Return the number of entries that match ``query``, ignoring its limit.

    Raises:
        AeguiError: A column is unknown.
    """
    sql, values = _QueryBuilder(query).select(["count(*)"])
    return int(connection.execute(sql, values).fetchone()[0])


def groups_of(
    connection: sqlite3.Connection, query: LibraryQuery, by: str, figures: Sequence[str]
) -> list[LibraryGroup]:
    """Return the entries that match ``query``, grouped by a column, each group with its figures.

    Raises:
        AeguiError: A column is unknown.
    """
    builder = _QueryBuilder(query)
    joined = {key: builder.spread(key) for key in figures}
    shown = [builder.expression(by), *(name for names in joined.values() for name in names)]
    sql, values = builder.select(shown)
    members: dict[Any, list[list[Any]]] = {}
    for value, *rest in connection.execute(sql, values):
        members.setdefault(value, []).append(rest)
    groups = [_group(value, rows, list(joined)) for value, rows in members.items()]
    return sorted(groups, key=_place)


def _place(group: LibraryGroup) -> tuple[bool, bool, Any]:
    """Return where a group is listed: numbers by size, then texts, then the one without a value."""
    return group.value is None, isinstance(group.value, str), group.value


def _group(value: Any, rows: Sequence[Sequence[Any]], keys: Sequence[str]) -> LibraryGroup:
    found = {}
    for index, key in enumerate(keys):
        at = index * _WIDTH
        known = [row[at : at + _WIDTH] for row in rows if row[at] is not None]
        if known:
            found[key] = joined_spread(known)
    return LibraryGroup(value, len(rows), found)


class _QueryBuilder:
    """Builder of an SQL query: joins required by columns, conditions, values."""

    def __init__(self, query: LibraryQuery) -> None:
        self._joins: dict[str, tuple[str, list[Any]]] = {}
        self._sort, self._descending = query.sort, query.descending
        self._where = [
            "(entries.trashed <> '' OR entries.shed <> '')"
            if query.trashed
            else "entries.trashed = ''"
        ]
        self._values: list[Any] = []
        for word in folded(query.text).split():
            self._add("instr(entries.folded, ?) > 0", word)
        for tag in query.tags:
            self._add("entries.number IN (SELECT entry FROM tags WHERE tag = ?)", tag)
        if query.starred is not None:
            self._add("entries.starred = ?", int(query.starred))
        if query.kind:
            self._add("entries.kind = ?", query.kind)
        if query.study is not None:
            self._add("entries.study = ?", query.study)
        for condition in query.where:
            expression = self.expression(condition.column)
            if condition.operator == "~":
                if condition.column == "created":
                    expression = f"shown_time({expression})"
                self._add(f"instr(folded({expression}), ?) > 0", folded(str(condition.value)))
            else:
                how = _COMPARED[condition.operator]
                self._add(f"{expression} {how} ?", stored(condition.value))

    def expression(self, column: str) -> str:
        """Return the SQL expression of a column, and join the tables that it needs."""
        check_column(column)
        if column == "tags":
            return _TAGS
        if column in COLUMNS:
            return f"entries.{column}"
        if column in self._joins:
            return self._joins[column][0]
        name = f"j{len(self._joins)}"
        if column in RUN_FIGURES or column in TERMS:
            expression = f"{name}.mean"
            join = f"LEFT JOIN figures {name} ON {name}.entry = entries.number AND {name}.key = ?"
            self._joins[column] = expression, [join, column]
            return expression
        usual = stored(default_settings().get(column))
        literal = _literal(usual)
        expression = f"CASE WHEN {name}.entry IS NULL THEN {literal} ELSE {name}.value END"
        join = f"LEFT JOIN settings {name} ON {name}.entry = entries.number AND {name}.path = ?"
        self._joins[column] = expression, [join, column]
        return expression

    def order(self) -> str:
        """Return the ORDER BY clause; entries without a value come last in either order."""
        by = self.expression(self._sort)
        direction = "DESC" if self._descending else "ASC"
        return f" ORDER BY {by} IS NULL, {by} {direction}, entries.id"

    def only(self, sql: str, values: list[Any]) -> None:
        """Restrict to the row numbers of another query."""
        self._where.append(f"entries.number IN ({sql})")
        self._values += values

    def spread(self, key: str) -> list[str]:
        """Return the SQL expressions of a figure's spread over the seeds."""
        self.expression(key)
        name = self._joins[key][0].partition(".")[0]
        return [f"{name}.{column}" for column in ("count", "mean", "squares", "low", "high")]

    def select(self, expressions: Sequence[str]) -> tuple[str, list[Any]]:
        """Return the query and its values."""
        joins = " ".join(join[0] for _, join in self._joins.values())
        names = [join[1] for _, join in self._joins.values()]
        shown, where = ", ".join(expressions), " AND ".join(self._where)
        return f"SELECT {shown} FROM entries {joins} WHERE {where}", [*names, *self._values]

    def _add(self, condition: str, value: Any) -> None:
        self._where.append(condition)
        self._values.append(value)


def _literal(value: Any) -> str:
    """Return ``value`` as an SQL literal."""
    if value is None:
        return "NULL"
    return (
        repr(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
    )


def _read(text: str) -> Any:
    """Parse a typed value: a number, a boolean, nothing, or a text."""
    words = {"true": True, "yes": True, "false": False, "no": False, "none": None, "null": None}
    if text.casefold() in words:
        return words[text.casefold()]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # SQLite holds integers of 64 bits, and larger numbers as real ones.
        return number if abs(number) < _MAX_INTEGER else float(text)
    return text
