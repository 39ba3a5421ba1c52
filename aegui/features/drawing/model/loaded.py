"""The sample of the set that was loaded as the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.session.pixels.answers import one_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.session.shown import Shown


def loaded_index(state: DrawingState, shown: Shown) -> int | None:
    """Return the place in the set of the sample that was loaded, or None if it is gone."""
    dataset, target = shown.dataset, state.target
    if target is None:
        return None
    places = [] if state.index is None else [state.index]
    if shown.image_style.glyphs and state.label in dataset.labels:
        # The selection of characters has changed: the label says where it is now. The same label
        # in another set may name another image.
        places.append(dataset.labels.index(state.label))
    return next((place for place in places if _is_at(place, target, dataset)), None)


def _is_at(index: int, image: NDArray[np.float32], dataset: Dataset) -> bool:
    is_there = index < len(dataset.labels)
    return is_there and np.array_equal(one_image(dataset.images[index], dataset), image)
