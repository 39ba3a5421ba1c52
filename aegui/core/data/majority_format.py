"""Inspection of image files before reading them: their size, and whether they are grey."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aegui.core.data.picture import native_form
from aegui.core.data.progress import stop_if
from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import MIN_IMAGE, ImageSpec
from aegui.core.sampled import evenly_spaced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled

MAX_LOOKED_AT = 24
"""Upper bound for the number of files examined, evenly spaced."""
MAX_NATIVE_SIDE = 128
"""Images up to this many pixels wide and high keep their size, since a network can learn them."""
_USUAL = 64


@dataclass(frozen=True)
class MajorityFormat:
    """Size and colours of a sample of image files."""

    width: int
    """The most frequent width in pixels."""
    height: int
    """The most frequent height in pixels."""
    channels: int
    """1 if all of them are grey, else 3."""
    others: int
    """Number of examined files of another size."""

    def proposed(self) -> ImageSpec:
        """Return the suggested import settings: original size, or 64 pixels on the longer side."""
        longest = max(self.width, self.height)
        ratio = 1.0 if longest <= MAX_NATIVE_SIDE else _USUAL / longest
        width, height = (max(MIN_IMAGE, round(side * ratio)) for side in (self.width, self.height))
        return ImageSpec.model_validate(
            {"width": width, "height": height, "channels": self.channels}
        )

    def words(self) -> str:
        """Return a translated description: ``The files are 28 × 28 in grey.``."""
        size = size_words(self.channels, self.height, self.width)
        if self.others:
            return tr("The files have several sizes, most of them {size}.", size=size)
        return tr("The files are {size}.", size=size)


def size_words(channels: int, height: int, width: int) -> str:
    """Return size and colours of an image as translated text."""
    return (
        tr("{width:,} × {height:,} in grey", width=width, height=height)
        if channels == 1
        else tr("{width:,} × {height:,} in colour", width=width, height=height)
    )


def majority_format(
    files: Sequence[Path], cancelled: IsCancelled | None = None
) -> MajorityFormat | None:
    """Inspect a sample of ``files``; return None if none of them can be read.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    sizes: Counter[tuple[int, int]] = Counter()
    grey = True
    for index in evenly_spaced(len(files), MAX_LOOKED_AT).tolist():
        stop_if(cancelled)
        try:
            width, height, is_grey = native_form(files[index])
        except ReadError:
            continue  # Reported when the images are read
        sizes[width, height] += 1
        grey = grey and is_grey
    if not sizes:
        return None
    (width, height), most = sizes.most_common(1)[0]
    return MajorityFormat(width, height, 1 if grey else 3, sizes.total() - most)
