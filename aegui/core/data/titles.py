"""Check of glyphs' names against their shapes, by the characters that ship with the program.

Comments beside glyphs are typed by hand: one wrong digit in a code names a G "7".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from aegui.core.data.builtin import load_builtin
from aegui.core.data.readers.names import display_name
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.table import GlyphFile

_KNOWN = "letters"
_FAR_PIXELS = 6
"""Shapes that differ in more pixels are not variants of one character."""
_TRUSTED_SHARE = 0.75
"""If this share of a set's glyphs match their names, the others are taken for mistakes."""
_MAX_LISTED = 5


def with_titles_checked(file: GlyphFile) -> GlyphFile:
    """Return ``file`` with misnamed glyphs renamed by their shape; notes report the changes.

    A glyph is misnamed if most glyphs of the set match their names, and this one has exactly the
    shape of another character that the set lacks. Other doubts are only reported.
    """
    checked = [_checked(dataset) for dataset in file.datasets]
    notes = tuple(note for _, found in checked for note in found)
    if not notes:
        return file
    datasets = tuple(dataset for dataset, _ in checked)
    return replace(file, datasets=datasets, notes=(*file.notes, *notes))


def _checked(dataset: Dataset) -> tuple[Dataset, list[str]]:
    shapes = _shapes()
    if dataset.image_shape != (1, *next(iter(shapes.values())).shape):
        return dataset, []
    labels, names = list(dataset.labels), list(dataset.names)
    by_shape = {shape.tobytes(): label for label, shape in shapes.items()}
    drawn_as = [by_shape.get((image[0] > 0.5).tobytes()) for image in dataset.images]
    as_called = sum(drawn == label for drawn, label in zip(drawn_as, labels, strict=True))
    is_trusted = as_called >= _TRUSTED_SHARE * len(labels)
    notes = []
    for index, (label, drawn) in enumerate(zip(dataset.labels, drawn_as, strict=True)):
        # A glyph without a name has its number for one.
        is_number = label == str(index) and not is_trusted
        if drawn is None or is_number or not _differ(label, drawn):
            continue
        fields = {"n": index + 1, "set": dataset.name, "label": label, "drawn": drawn}
        if is_trusted and drawn not in dataset.labels:
            labels[index], names[index] = drawn, display_name(drawn)
            notes.append(
                tr(
                    "Glyph {n} of {set} is named “{label}”, but is drawn as “{drawn}”: the latter"
                    " is used.",
                    **fields,
                )
            )
        else:
            notes.append(
                tr("Glyph {n} of {set} is named “{label}”, but looks like “{drawn}”.", **fields)
            )
    notes = _shortened(notes) + _doubles(dataset.name, labels)
    if labels == list(dataset.labels):
        return dataset, notes
    return replace(dataset, labels=tuple(labels), names=tuple(names)), notes


def _differ(label: str, drawn: str) -> bool:
    """Return whether the character ``label`` is known, and looks quite unlike ``drawn``."""
    shapes = _shapes()
    if label == drawn or label not in shapes:
        return False
    return int((shapes[label] != shapes[drawn]).sum()) > _FAR_PIXELS


def _doubles(name: str, labels: list[str]) -> list[str]:
    """Return notes on characters that occur twice in a set of single characters."""
    counts = Counter(labels)
    twice = [label for label, count in counts.items() if count > 1]
    # If many labels repeat, they are classes.
    if not twice or len(counts) < _TRUSTED_SHARE * len(labels):
        return []
    return [
        tr(
            "In {set} more than one glyph is named {labels}.",
            set=name,
            labels=", ".join(f"“{label}”" for label in twice[:_MAX_LISTED]),
        )
    ]


def _shortened(notes: list[str]) -> list[str]:
    more = len(notes) - _MAX_LISTED
    rest = [tr("And {n} more like these.", n=more)] if more > 0 else []
    return notes[:_MAX_LISTED] + rest


@cache
def _shapes() -> Mapping[str, NDArray[np.bool_]]:
    """Return label -> pixels ``[7, 5]`` of every character that ships."""
    dataset = load_builtin(_KNOWN)
    return {
        label: image[0] > 0.5 for label, image in zip(dataset.labels, dataset.images, strict=True)
    }
