"""Whether images have the size that a network was trained on, with the message if they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.majority_format import size_words
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec


def refuse_other_size(codec: Codec, dataset: Dataset) -> None:
    """Raise if images have another size, or are in colour while the network takes grey ones.

    Raises:
        AeguiError: ``dataset`` has more or fewer numbers per sample than ``codec`` takes.
    """
    if dataset.pixels == codec.pixels:
        return
    raise AeguiError(
        tr(
            "{name} has {got:,} pixels per sample, but the network takes {wanted:,}: images of "
            "{size} do not fit a network that was trained on {trained}.",
            name=dataset.name,
            got=dataset.pixels,
            wanted=codec.pixels,
            size=size_words(*dataset.image_shape),
            trained=size_words(*codec.image_shape),
        )
    )
