"""Cache of decoded images in the user's cache folder, valid until the image files change."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import write_atomically
from aegui.core.data.byte_images import is_mapped, to_levels
from aegui.core.data.store import LIVE_BYTES, cache_folder, prune_cache, stored
from aegui.core.errors import AeguiError
from aegui.core.json_text import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class CachedImages:
    """Decoded images."""

    images: NDArray[np.float32]
    """float32 ``[N, C, H, W]``, read-only."""
    skipped: tuple[tuple[int, str], ...]
    """Index of each file that could not be read, and why."""


def load_cached(key: str, shape: tuple[int, int, int, int]) -> CachedImages | None:
    """Return what ``save_cached`` has stored under ``key``, or None.

    Args:
        key: Hash of the files and of the settings they were read with.
        shape: Number of files, channels, height and width.
    """
    try:
        notes = from_json(_notes_path(key).read_text(encoding="utf-8"))
        skipped = tuple((int(index), str(reason)) for index, reason in notes["skipped"])
        images = stored(key, shape)
        if images is None:
            images = _from_bytes(_levels_path(key), shape)
        _notes_path(key).touch()
    except (OSError, ValueError, TypeError, KeyError, EOFError, OverflowError):
        return None
    expected = (shape[0] - len(skipped), *shape[1:])
    return CachedImages(images, skipped) if images.shape == expected else None


def save_cached(key: str, cached: CachedImages) -> None:
    """Store ``cached`` under ``key``; a failure is only logged."""
    try:
        if cached.images.nbytes <= LIVE_BYTES and not is_mapped(cached.images):
            buffer = io.BytesIO()
            levels = to_levels(cached.images)
            np.save(buffer, levels, allow_pickle=False)
            write_atomically(_levels_path(key), buffer.getvalue())
        notes = json.dumps({"skipped": cached.skipped})
        write_atomically(_notes_path(key), notes.encode())
        prune_cache(keep=key)
    except (OSError, AeguiError) as error:
        _log.info("prepared images are not kept: %s", error)


def _from_bytes(path: Path, shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
    levels = np.load(path, mmap_mode="r", allow_pickle=False)
    if levels.dtype != np.uint8 or levels.shape[1:] != shape[1:]:
        raise ValueError(levels.shape)
    images = np.empty(levels.shape, np.float32)
    np.divide(levels, np.float32(255.0), out=images, dtype=np.float32)
    images.setflags(write=False)
    path.touch()
    return images


def _levels_path(key: str) -> Path:
    return cache_folder() / f"{key}.levels.npy"


def _notes_path(key: str) -> Path:
    return cache_folder() / f"{key}.json"
