"""The sample of the set that was loaded as the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.session.pixels.answers import one_image

if TYPE_CHECKING:
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.session.shown import Shown


def loaded_index(state: DrawingState, shown: Shown) -> int | None:
    """Return the place in the set of the sample that was loaded, or None if it is gone."""
    dataset, index = shown.dataset, state.index
    if state.target is None:
        return None
    if index is not None and index < len(dataset.labels):
        image = one_image(dataset.images[index], dataset)
        if np.array_equal(image, state.target):
            return index
    # The selection of characters has changed: fall back to the label.
    known = shown.image_style.glyphs and state.label in dataset.labels
    return dataset.labels.index(state.label) if known else None
