"""Conversion of nested values, from whatever language, to sets of glyphs."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.data.readers.arrays import (
    columns_of,
    from_columns,
    images_from,
    is_rows,
    join_singles,
    row_width,
)
from aegui.core.data.readers.names import parse_name, title_of
from aegui.core.data.readers.nested import Nested
from aegui.core.data.readers.pixels import row_of_pixels
from aegui.core.data.readers.source import MAX_NUMBERS, NotGlyphsError
from aegui.core.data.white_level import notes_on_white
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.readers.source import GlyphSource

_LABEL_KEYS = ("label", "char", "character", "letter", "symbol", "name", "id")
_PIXEL_KEYS = ("rows", "pixels", "bits", "data", "image", "bitmap", "values", "glyph", "matrix")
_SET_KEYS = ("glyphs", "characters", "chars", "letters", "font", "symbols", "images", "samples")
_FEWEST_TO_COMPARE = 3
"""Number of glyphs from which one can be told to be wider than the others."""
_FEW = 20
"""At most one glyph in this many is wider than the others by a mistake."""

NAME_WORDS = (
    *("labels", "names", "chars", "characters", "letters", "symbols", "etiquetas", "nombres"),
    *("label", "name"),
)
"""Variable names and keys of lists of names beside the glyphs."""


@dataclass(frozen=True)
class RawSet:
    """Images ``[N, H, W]`` or ``[N, C, H, W]`` with label and name where they are known."""

    name: str
    images: NDArray[np.float32]
    titles: Sequence[tuple[str, str] | None]
    notes: tuple[str, ...] = field(default=())


def sets_of(value: Nested, name: str, source: GlyphSource) -> list[RawSet]:
    """Return the sets of glyphs in ``value``, which is called ``name`` in the file.

    Raises:
        NotGlyphsError: ``value`` holds no glyphs.
        ReadError: ``value`` holds glyphs, but is malformed.
    """
    if value.size > MAX_NUMBERS:
        raise source.refusal(tr("more than {n} numbers.", n=MAX_NUMBERS), value.line)
    if value.keys is not None:
        return _sets_of_mapping(value, name, source)
    if value.items and all(isinstance(i, Nested) and i.keys is not None for i in value.items):
        return [_set_of_records(value, name, source)]
    array = _array(value, source)
    images = None if value.columns is None else _from_columns(array, value, source)
    if images is None and _is_list_of_sets(array):
        return [
            replace(raw, name=f"{name}-{number}")
            for number, item in enumerate(value.items, 1)
            if isinstance(item, Nested)
            for raw in sets_of(item, name, source)
        ]
    if images is None:
        images = images_from(array, source, value.line, value.row_width)
    titles: list[tuple[str, str] | None] = [None] * len(images)
    if len(images) == len(value.items):
        titles = [item.title if isinstance(item, Nested) else None for item in value.items]
    elif len(images) == 1:
        titles = [value.title]
    is_given = value.columns is not None or value.row_width is not None
    notes = () if is_given else _notes_on(array, value, name)
    return [RawSet(name, images, titles, notes)]


def joined_singles(sets: list[RawSet], name: str) -> list[RawSet]:
    """Join sets of one glyph each and equal size into one set, titled by their names."""
    if len(sets) < 2 or any(len(raw.images) != 1 for raw in sets):
        return sets
    images = join_singles([raw.images for raw in sets])
    if images is None:
        return sets
    titles = [raw.titles[0] or parse_name(raw.name) for raw in sets]
    return [RawSet(name, images, titles, sum((raw.notes for raw in sets), ()))]


def datasets_of(sets: Iterable[RawSet], source: GlyphSource) -> tuple[Dataset, ...]:
    """Return the datasets, each with a unique name; untitled glyphs are numbered."""
    names: dict[str, int] = {}
    result = []
    for raw in sets:
        names[raw.name] = names.get(raw.name, 0) + 1
        again = names[raw.name]
        titles = [title or (str(i), str(i)) for i, title in enumerate(raw.titles)]
        result.append(
            Dataset.from_images(
                raw.name if again == 1 else f"{raw.name}-{again}",
                raw.images,
                [label for label, _ in titles],
                [title for _, title in titles],
                source=source.path.name,
            )
        )
    return tuple(result)


def _sets_of_mapping(value: Nested, name: str, source: GlyphSource) -> list[RawSet]:
    members = _members(value)
    for key in _SET_KEYS:
        inner = members.get(key)
        if isinstance(inner, Nested) and _depth(inner) >= 2:
            set_name = members.get("name")
            sets = sets_of(
                inner, set_name if isinstance(set_name, str) and set_name else name, source
            )
            beside = [_as_names(members[word]) for word in NAME_WORDS if word in members]
            found = [names for names in beside if names is not None]
            return [_named_by(found, raw) for raw in sets]
    lists = [
        (key, item if isinstance(item, Nested) else _lines(item))
        for key, item in members.items()
        if isinstance(item, Nested) or (isinstance(item, str) and "\n" in item)
    ] + [
        (key, item)
        for key in NAME_WORDS
        if isinstance(members.get(key), str) and (item := _as_names(members[key])) is not None
    ]
    if not lists:
        raise source.not_glyphs(tr("no lists of numbers in it."), value.line)
    if _are_glyphs([item for _, item in lists], source):
        glyphs = Nested([item for _, item in lists], line=value.line, size=value.size)
        array = _array(glyphs, source)
        images = images_from(array, source, value.line)
        notes = _notes_on(array, glyphs, name)
        return [RawSet(name, images, [title_of(key) for key, _ in lists], notes)]
    return readable_sets(lists, source)[0]


def readable_sets(
    named: Sequence[tuple[str, Nested]], source: GlyphSource
) -> tuple[list[RawSet], list[str]]:
    """Return the sets in the ``named`` values that hold glyphs, and notes on the others.

    Raises:
        NotGlyphsError: None of them holds glyphs; the reason is that of the first.
    """
    sets: list[RawSet] = []
    notes: list[str] = []
    first: NotGlyphsError | None = None
    lists = [value for _, value in named if is_list_of_names(value)]
    for name, value in named:
        if is_list_of_names(value) and len(lists) < len(named):
            continue
        try:
            sets += sets_of(value, name, source)
        except NotGlyphsError as error:
            first = first or error
            notes.append(tr("“{name}” was skipped: {reason}", name=name, reason=error))
    if not sets:
        raise first or source.not_glyphs(tr("no glyphs in it."))
    return [_named_by(lists, raw) for raw in sets], notes + notes_of(sets)


def notes_of(sets: Iterable[RawSet]) -> list[str]:
    """Return the notes of all ``sets``."""
    return [note for raw in sets for note in raw.notes]


def is_list_of_names(value: Nested | float | str | None) -> bool:
    """Return whether ``value`` is a list of strings that are names rather than drawn rows."""
    if not isinstance(value, Nested) or value.keys is not None or not value.items:
        return False
    texts = [item for item in value.items if isinstance(item, str) and "\n" not in item]
    return len(texts) == len(value.items) and any(row_of_pixels(text) is None for text in texts)


def _named_by(lists: Sequence[Nested], raw: RawSet) -> RawSet:
    """Title an untitled ``raw`` with the first list that has one name for each glyph."""
    if any(raw.titles):
        return raw
    for names in lists:
        if len(names.items) == len(raw.images):
            return replace(raw, titles=[title_of(str(item)) for item in names.items])
    return raw


def _as_names(value: Nested | float | str) -> Nested | None:
    """Return a list of names, or the characters of a text, as a list; None if it is neither."""
    if isinstance(value, str):
        letters = Nested()
        for character in value:
            letters.add(character)
        return letters if len(value) > 1 and "\n" not in value else None
    return value if isinstance(value, Nested) and is_list_of_names(value) else None


def _set_of_records(value: Nested, name: str, source: GlyphSource) -> RawSet:
    glyphs = Nested(line=value.line)
    titles: list[tuple[str, str] | None] = []
    for number, record in enumerate(value.items, 1):
        members = _members(record) if isinstance(record, Nested) else {}
        pixels = next((members[key] for key in _PIXEL_KEYS if key in members), None)
        if isinstance(pixels, str):
            pixels = _lines(pixels)
        if not isinstance(pixels, Nested):
            raise source.not_glyphs(
                tr(
                    "glyph {number} has none of: {keys}.",
                    number=number,
                    keys=", ".join(_PIXEL_KEYS),
                ),
                record.line if isinstance(record, Nested) else value.line,
            )
        glyphs.add(pixels)
        titles.append(_record_title(members))
    array = _array(glyphs, source)
    images = images_from(array, source, value.line)
    return RawSet(name, images, titles, _notes_on(array, glyphs, name))


def _record_title(members: dict[str, Nested | float | str]) -> tuple[str, str] | None:
    key = next((key for key in _LABEL_KEYS if key in members), None)
    if key is None or isinstance(members[key], Nested):
        return None
    value = members[key]
    label = value if isinstance(value, str) else f"{value:g}"
    label, name = title_of(label)
    title = members.get("name")
    return label, title if isinstance(title, str) else name


def _members(value: Nested) -> dict[str, Nested | float | str]:
    return dict(zip(value.keys or (), value.items, strict=True))


def _depth(value: Nested | float | str) -> int:
    if isinstance(value, str):
        return 1 if "\n" in value or row_of_pixels(value) is not None else 0
    if not isinstance(value, Nested):
        return 0
    return 1 + max(map(_depth, value.items[:1]), default=0)


def _are_glyphs(items: list[Nested], source: GlyphSource) -> bool:
    """Return whether each of the values of a mapping is one glyph rather than a set."""
    depths = {_depth(item) for item in items}
    if depths == {1}:
        return True
    if depths != {2}:
        return False
    arrays = [_array(item, source) for item in items]
    shapes = {array.shape for array in arrays}
    return len(shapes) == 1 and arrays[0].shape[1] < 35 and not any(map(is_rows, arrays))


def _is_list_of_sets(array: NDArray[np.float64]) -> bool:
    return array.ndim == 3 and (
        array.shape[2] == 35 or (array.shape[2] == 7 and is_rows(array) and array.max() > 1)
    )


def _from_columns(
    array: NDArray[np.float64], value: Nested, source: GlyphSource
) -> NDArray[np.float32]:
    """Return the images of ``value``, whose columns and rows the file states."""
    columns, rows = value.columns or (1, 1)
    images = from_columns(array, columns, rows)
    if images is None:
        reason = tr(
            "these are not the bytes of {columns} columns of {rows} rows that the comment above "
            "speaks of.",
            columns=columns,
            rows=rows,
        )
        raise source.refusal(reason, value.line)
    return images


def _notes_on(array: NDArray[np.float64], value: Nested, name: str) -> tuple[str, ...]:
    """Return notes on what was assumed of the numbers of ``value``."""
    if columns_of(array) is not None:
        return (tr("{name}: read as columns of 7 rows, with bit 0 on top.", name=name),)
    if is_rows(array):
        return _widened(array, value, name)
    return notes_on_white(float(array.max())) if array.ndim > 1 else ()


def _widened(array: NDArray[np.float64], value: Nested, name: str) -> tuple[str, ...]:
    """Return a note if all rows are read wider because of a few glyphs of the ``array``."""
    if array.ndim != 2 or len(array) < _FEWEST_TO_COMPARE:
        return ()
    largest = array.max(axis=1)
    widths = [row_width(int(number)) for number in largest]
    width = max(widths)
    wide = [index for index, own in enumerate(widths) if own == width]
    if not 0 < len(wide) <= max(1, len(array) // _FEW):
        return ()
    item = value.items[wide[0]] if len(value.items) == len(array) else None
    line = item.line if isinstance(item, Nested) else None
    found = f"0x{int(largest[wide[0]]):x}"
    usual = max(own for own in widths if own < width)
    if line is None:
        text = tr(
            "{name}: all rows are read {width} pixels wide because of {found}; the others fit "
            "in {usual}.",
            name=name,
            width=width,
            found=found,
            usual=usual,
        )
    else:
        text = tr(
            "{name}: all rows are read {width} pixels wide because of {found} (line {line}); the "
            "others fit in {usual}.",
            name=name,
            width=width,
            found=found,
            line=line,
            usual=usual,
        )
    return (text,)


def _array(value: Nested, source: GlyphSource) -> NDArray[np.float64]:
    """Return the numbers of ``value`` as an array; lists of one level must be equally long."""
    lists, shape = _plain_lists(value, source)
    if not all(shape):
        raise source.not_glyphs(tr("an empty list."), value.line)
    return np.array(lists, dtype=np.float64).reshape(shape)


def _plain_lists(value: Nested, source: GlyphSource) -> tuple[list[object], tuple[int, ...]]:
    """Return nested lists of numbers, and their common shape."""
    lists: list[object] = []
    shape: tuple[int, ...] | None = None
    for number, item in enumerate(value.items, 1):
        child, inner = _plain_entry(item, value, source)
        if shape is None:
            shape = inner
        elif inner != shape:
            line = item.line if isinstance(item, Nested) else value.line
            raise source.refusal(_odd_one(number, inner, shape), line)
        lists.append(child)
    return lists, (len(lists), *(shape or ()))


def _plain_entry(
    item: Nested | float | str, parent: Nested, source: GlyphSource
) -> tuple[object, tuple[int, ...]]:
    if isinstance(item, str):
        bits = row_of_pixels(item)
        if bits is None and "\n" in item:
            return _plain_lists(_lines(item), source)
        if bits is None:
            text = item if len(item) <= 20 else item[:20] + "…"
            raise source.not_glyphs(
                tr("“{text}” is neither a number nor a row of pixels.", text=text), parent.line
            )
        return bits, (len(bits),)
    if isinstance(item, Nested):
        if item.keys is not None:
            raise source.not_glyphs(tr("a mapping (dict) among the numbers."), item.line)
        return _plain_lists(item, source)
    return item, ()


def _lines(text: str) -> Nested:
    lines = Nested()
    for line in text.strip("\n").split("\n"):
        lines.add(line)
    return lines


def _odd_one(number: int, found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    return tr(
        "item {number} has {found} values, the ones before it have {expected}.",
        number=number,
        found="x".join(map(str, found)) or "1",
        expected="x".join(map(str, expected)) or "1",
    )
