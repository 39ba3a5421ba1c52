from __future__ import annotations

import errno
import os
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data import store
from aegui.core.data.store import PixelStore, cache_folder, prune_cache, stored
from aegui.core.errors import AeguiError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (10, 1, 4, 4)
IMAGES = np.random.default_rng(0).random(SHAPE, dtype=np.float32)


@pytest.fixture(params=[0, 1 << 30], ids=["mapped", "live"])
def live_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(store, "LIVE_BYTES", request.param)
    return int(request.param)


def test_fewer_may_come_than_was_expected(live_bytes: int) -> None:
    with PixelStore(SHAPE, "k") as pixels:
        pixels.append(IMAGES[:3])
        pixels.append(IMAGES[3:7])
        images = pixels.finished()
    assert np.array_equal(images, IMAGES[:7])
    assert not images.flags.writeable
    assert isinstance(images, np.memmap) == (live_bytes == 0)
    found = stored("k", SHAPE)
    assert (found is None) == (live_bytes > 0)
    if found is not None:
        assert np.array_equal(found, IMAGES[:7])
        assert stored("k", (10, 1, 4, 5)) is None
        assert stored("k", (6, 1, 4, 4)) is None
        assert stored("other", SHAPE) is None


def _keep(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
    with PixelStore(SHAPE, "k") as pixels:
        for part in parts:
            pixels.append(part)
        return pixels.finished()


def test_what_fails_leaves_nothing(live_bytes: int) -> None:
    with pytest.raises(ValueError, match="reshape"):
        _keep(IMAGES, IMAGES[:, :, :3])
    assert list(cache_folder().iterdir()) == []


def test_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LIVE_BYTES", 0)

    def fill(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(AeguiError, match=r"The disk of .* is full: 1 KB are needed"):
        _keep(IMAGES)
    assert list(cache_folder().iterdir()) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(AeguiError, match="Make room"):
        PixelStore(SHAPE, "k")
    with pytest.raises(AeguiError, match="too large"):
        PixelStore((1 << 31, 3, 64, 64), "k")


def test_the_cache_does_not_grow_for_ever() -> None:
    for age, name in enumerate(("old.npy", "older.npy", "new.levels.npy")):
        path = cache_folder() / name
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    prune_cache(keep="new", most_bytes=250)
    assert {path.name for path in cache_folder().iterdir()} == {"old.npy", "new.levels.npy"}
    prune_cache(keep="new", most_bytes=0)
    assert {path.name for path in cache_folder().iterdir()} == {"new.levels.npy"}
