"""JSON: the program's own form, and the lists and mappings of glyphs that others write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.data.readers.arrays import pixels_of_rows
from aegui.core.data.readers.interpret import datasets_of, notes_of, sets_of
from aegui.core.data.readers.nested import Nested
from aegui.core.data.readers.source import MAX_NUMBERS
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.library_messages import json_reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.readers.source import GlyphSource

FORMAT = "aegui-glyphs"
VERSION = 1
_MAX_DEPTH = 8
_CONFIGURATION_KEYS = {
    *("layers", "epochs", "learning_rate", "network", "model", "training"),
    *("encoder", "decoder", "latent_dim", "hidden_dims", "architecture", "optimizer"),
}
"""Keys that identify recipes and course configurations."""


def is_json(source: GlyphSource) -> bool:
    """Return whether the text is valid JSON with a list or a mapping at the top level."""
    return source.text.lstrip().startswith(("{", "[")) and _loaded(source) is not None


def read_json(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the sets of glyphs in a JSON file.

    Raises:
        ReadError: The file holds none, or is of a newer version of the program's own form.
    """
    source.check_literals()
    value = _loaded(source)
    if isinstance(value, dict) and value.get("format") == FORMAT:
        return (_from_glyphs(value, source),), []
    if isinstance(value, dict) and _CONFIGURATION_KEYS & value.keys():
        # A list of layers could otherwise be read as the rows of a glyph.
        raise source.not_glyphs(tr("the configuration of a network, not glyphs."))
    try:
        root = _nested(value, 0)
    except ValueError as error:
        raise source.refusal(str(error)) from error
    if root is None:
        raise source.not_glyphs(tr("nested too deeply, or no list in it."))
    sets = sets_of(root, source.path.stem, source)
    return datasets_of(sets, source), notes_of(sets)


def json_error(source: GlyphSource) -> tuple[str, int] | None:
    """Return why the text is not JSON, and on which line; None if it is."""
    try:
        from_json(source.text)
    except json.JSONDecodeError as error:
        return json_reason(error), error.lineno
    except ValueError:
        return tr("nested too deeply."), 1
    return None


def _loaded(source: GlyphSource) -> Any:
    try:
        return from_json(source.text)
    except ValueError:
        return None


def _from_glyphs(value: dict[str, Any], source: GlyphSource) -> Dataset:
    if value.get("version") != VERSION:
        raise source.refusal(
            tr("made by a newer program (glyph form {version}).", version=value.get("version"))
        )
    glyphs = value.get("glyphs")
    if not isinstance(glyphs, list) or not all(isinstance(glyph, dict) for glyph in glyphs):
        raise source.refusal(tr("“glyphs” must be a list of mappings."))
    try:
        images = _glyph_images(value, glyphs)
        return Dataset.from_images(
            str(value.get("name") or source.path.stem),
            images,
            [str(glyph["label"]) for glyph in glyphs],
            [str(glyph.get("name", glyph["label"])) for glyph in glyphs],
            source=str(value.get("source", "")),
            licence=str(value.get("licence", "")),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise source.refusal(tr("a glyph is not valid ({why}).", why=error)) from error
    except AeguiError as error:
        raise source.refusal(str(error)) from error


def _glyph_images(value: dict[str, Any], glyphs: list[dict[str, Any]]) -> NDArray[np.float32]:
    if not all("rows" in glyph for glyph in glyphs):
        with np.errstate(over="ignore", invalid="ignore"):  # The range is checked later
            return np.array([glyph["pixels"] for glyph in glyphs], dtype=np.float32)
    width = int(value["width"])
    rows = np.array([glyph["rows"] for glyph in glyphs])
    if rows.dtype.kind not in "iu" or not 1 <= width <= 32 or rows.size * width > MAX_NUMBERS * 8:
        raise ValueError(tr("rows must be whole numbers, at most 32 pixels wide"))
    if rows.ndim != 2 or rows.min() < 0 or rows.max() >= 1 << width:
        raise ValueError(tr("rows must be numbers of {width} bits", width=width))
    return pixels_of_rows(rows, width)


def _nested(value: Any, depth: int) -> Nested | None:
    """Return ``value`` as nested lists; None if it is no list, or nested too deep."""
    if depth == _MAX_DEPTH or not isinstance(value, (list, dict)):
        return None
    result = Nested(keys=[] if isinstance(value, dict) else None)
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in pairs:
        child: Nested | float | str | None = _leaf(item)
        if child is None:
            child = _nested(item, depth + 1)
        if child is None:
            if result.keys is None:
                return None
            continue  # A null value in a mapping carries no information
        if result.keys is not None:
            result.keys.append(str(key))
        result.add(child)
    return result


def _leaf(item: Any) -> float | str | None:
    """Return a number or a text; None for anything else.

    Raises:
        ValueError: The number is too large for a glyph.
    """
    if isinstance(item, str):
        return _hexadecimal(item)
    if isinstance(item, (bool, int, float)):
        if abs(item) < 1e18:
            return float(item)
        raise ValueError(tr("“{found}” is not a number of a glyph.", found=_short(item)))
    return None


def _short(number: float) -> str:
    try:
        return f"{float(number):g}"
    except OverflowError:  # An integer of hundreds of digits
        return f"{str(number)[:20]}…"


def _hexadecimal(text: str) -> float | str:
    """Parse hexadecimal strings, since JSON has no hexadecimal numbers; return others unchanged."""
    if text[:2].lower() == "0x" and len(text) <= 10:
        try:
            return float(int(text, 16))
        except ValueError:
            return text
    return text
