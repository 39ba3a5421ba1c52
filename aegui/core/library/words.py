"""Columns of the library and their values in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.core.cost import memory_words
from aegui.core.data.builtin import set_title
from aegui.core.data.store import megabytes
from aegui.core.evaluation.run_figures import RUN_FIGURES, figure_words, is_run_figure, run_figure
from aegui.core.i18n import localized, tr
from aegui.core.json_text import from_json
from aegui.core.library.entry import shown_time
from aegui.core.library.index import ENVIRONMENT, default_settings
from aegui.core.library.query import COLUMNS
from aegui.core.network.change_words import setting_label, setting_paths, setting_value
from aegui.core.text_tables import MISSING

if TYPE_CHECKING:
    from aegui.core.library.entry import Spread

_ENVIRONMENT = tuple(
    f"{ENVIRONMENT}.{name}" for name in ("aegui", "torch", "engine", "device", "processor")
)


def emptied_words(freed: int) -> str:
    """Return what emptying the trash has freed, in bytes, in words."""
    if not freed:
        return tr("The trash was empty already.")
    return tr("The trash is empty: {size} freed.", size=megabytes(freed))


def column_label(column: str) -> str:
    """Return the short name of a column."""
    if column in COLUMNS:
        return tr(COLUMNS[column].label)
    return tr(run_figure(column).label) if is_figure(column) else column


def column_title(column: str) -> str:
    """Return the full name of a column: fields of a recipe by their labels."""
    return setting_label(column) if _is_setting(column) else column_label(column)


def column_help(column: str) -> str:
    """Return the help text of a column."""
    if column in COLUMNS:
        return tr(COLUMNS[column].help)
    if is_figure(column):
        return tr(run_figure(column).help) if run_figure(column).help else ""
    return column


def columns_to_choose() -> tuple[tuple[str, ...], ...]:
    """Return the columns that a table may show: of an entry, figures, recipe, environment."""
    settings = tuple(path for path in setting_paths() if path not in COLUMNS)
    return tuple(COLUMNS), tuple(RUN_FIGURES), settings, _ENVIRONMENT


def is_figure(column: str) -> bool:
    """Return whether a column is a figure of a run."""
    return column not in COLUMNS and is_run_figure(column)


def _is_setting(column: str) -> bool:
    return column not in COLUMNS and column in setting_paths()


def is_number(column: str) -> bool:
    """Return whether the values of a column are right-aligned."""
    return is_figure(column) or column in {"samples", "runs", "bytes"}


def cell_words(column: str, value: Any) -> str:
    """Return a value as text."""
    if value is None or value == "" or (column == "runs" and value == 0):
        # A study trains no network itself: its settings do.
        return MISSING
    if column == "created":
        return shown_time(value)
    if column in {"starred", "missing"}:
        return tr("yes") if value else tr("no")
    if column == "bytes":
        return memory_words(value)
    if is_figure(column):
        return figure_words(column, value)
    if isinstance(value, int):
        return localized(value, ",")
    return localized(value, ".6g") if isinstance(value, float) else " ".join(str(value).split())


def cell_title(column: str, value: Any) -> str:
    """Return a value as text with labels for sets and choices of a recipe."""
    if column == "kind" and value:
        return tr("run") if value == "run" else tr("study")
    if column == "data" and value:
        return set_title(str(value))
    if value is None or not _is_setting(column):
        return cell_words(column, value)
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        value = from_json(value)
    if isinstance(default_settings().get(column), bool):
        value = bool(value)
    return setting_value(column, value)


def spread_words(key: str, one: Spread | None) -> str:
    """Return a figure over several seeds as text."""
    if one is None:
        return MISSING
    mean = figure_words(key, one.mean)
    if one.count == 1:
        return mean
    return tr("{mean} ± {std}", mean=mean, std=figure_words(key, one.deviation))
