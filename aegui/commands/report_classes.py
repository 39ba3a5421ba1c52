"""What a report says of a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.classes import PARTS, classified, part_to_judge
from aegui.core.i18n import tr
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from aegui.commands.opened import OpenedRun


def confusion_words(run: OpenedRun) -> str:
    """Return the accuracy of a classifier and its most frequent confusion, as one line."""
    part, indices = part_to_judge(run, None)
    found = classified(run, indices)
    words = tr(
        "{accuracy:.2%} right of {n:,} samples ({part})",
        accuracy=found.accuracy,
        n=len(found),
        part=tr(PARTS[part]),
    )
    mistakes = np.where(np.eye(len(found.classes), dtype=bool), 0, found.confusion)
    if not mistakes.any():
        return words
    true, predicted = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return tr(
        "{words}; the most frequent mistake is {true} taken for {taken}, {n:,} times",
        words=words,
        true=label_name(found.classes[true]),
        taken=label_name(found.classes[predicted]),
        n=int(mistakes.max()),
    )
