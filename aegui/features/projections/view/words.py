"""Short texts about the state of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.cost import cost_words
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.features.projections.model.projection_work import MapState


def note_words(state: MapState) -> str:
    """Return the note beside the title of a map."""
    if state.status == "working":
        return tr("{share:.0%}: {text}", share=state.share, text=state.text)
    if state.coordinates is None:
        return ""
    if state.epoch is not None:
        return tr("epoch {epoch:,}", epoch=state.epoch)
    if state.status in {"waiting", "offered"} and state.text == "":
        return tr("of other weights or settings")
    return state.text


def message_words(state: MapState) -> str:
    """Return the message shown while there is no map."""
    if state.status == "offered":
        if state.cost is not None:
            cost = cost_words(state.cost)
            return tr("This map takes a while ({cost}). Press Compute.", cost=cost)
        return tr("This map takes a while. Press Compute.")
    if state.status == "impossible":
        return state.text
    return tr("One moment…")
