from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.data import store
from aegui.core.data.byte_images import is_mapped
from aegui.core.data.dataset import Dataset
from aegui.core.data.idx import idx_images, idx_labels, read_idx, read_idx_images, read_idx_labels
from aegui.core.data.load import load_dataset, read_source
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError, Cancelled, ReadError

if TYPE_CHECKING:
    from aegui.core.data.progress import LoadProgress


def levels(count: int, channels: int = 1, side: int = 28, seed: int = 0) -> Dataset:
    drawn = np.random.default_rng(seed).integers(0, 256, (count, channels, side, side))
    images = drawn.astype(np.float32) / np.float32(255)
    return Dataset.over("x", images, [str(index % 10) for index in range(count)])


@pytest.mark.parametrize(
    "suffix", [".idx", ".idx.gz", "-images-idx3-ubyte", "-images-idx3-ubyte.gz"]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_sets_come_back(tmp_path: Path, suffix: str, channels: int) -> None:
    dataset = levels(50, channels)
    path = tmp_path / f"some{suffix}"
    write_dataset(path, dataset)
    assert len(list(tmp_path.iterdir())) == 2
    back = load_dataset(str(path))
    assert np.array_equal(back.images, dataset.images)
    assert back.labels == dataset.labels
    assert back.names[:2] == ("0 #1", "1 #2")
    assert read_source(str(path)).kind == "idx"


@given(
    st.integers(1, 4), st.sampled_from([1, 3]), st.integers(4, 9), st.integers(4, 9), st.booleans()
)
def test_numbers_come_back_to_the_last_digit(
    count: int, channels: int, height: int, width: int, packed: bool
) -> None:
    images = np.random.default_rng(count).random((count, channels, height, width), dtype=np.float32)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(idx_images(Dataset.over("x", images), packed))
        assert np.array_equal(read_idx_images(path), images)


@pytest.mark.parametrize("top", [0, 1, 2, 10, 16, 40])
def test_dark_sets_come_back_as_they_are(tmp_path: Path, top: int) -> None:
    images = np.zeros((4, 1, 3, 3), np.float32)
    images[1:, 0, 1] = np.float32(top / 255)
    write_dataset(tmp_path / "dark.idx", Dataset.over("dark", images, list("0123")))
    read = load_dataset(str(tmp_path / "dark.idx"))
    np.testing.assert_allclose(read.images, images, atol=1e-6)


def test_bits_are_bits(tmp_path: Path) -> None:
    path = tmp_path / "bits"
    path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 1, 2, 2) + bytes([0, 1, 1, 0]))
    assert read_idx_images(path).tolist() == [[[[0, 1], [1, 0]]]]


def test_without_labels_there_is_one_class(tmp_path: Path) -> None:
    path = tmp_path / "alone.idx"
    path.write_bytes(idx_images(levels(3)))
    dataset = read_idx(path).dataset
    assert dataset.classes == ("alone",)
    assert dataset.names == ("alone #1", "alone #2", "alone #3")


@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_file_says_how_many_are_there(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    whole = idx_images(levels(600), packed)
    head = 16 + 361 * 784 + 5
    cut = whole[:head]
    if packed:
        # Noise does not get smaller: find the place in the packed file at which 361 images are out.
        cut = next(
            whole[:at] for at in range(280_000, len(whole)) if len(_unpacked(whole[:at])) >= head
        )
    path.write_bytes(cut)
    with pytest.raises(ReadError) as told:
        read_idx(path)
    assert str(told.value) == (
        f"{path}: it is truncated, with 361 of 600 images; download it again."
    )


def _unpacked(data: bytes) -> bytes:
    return zlib.decompressobj(31).decompress(data)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (struct.pack(">HBB3I", 0, 8, 3, 4_000_000_000, 4000, 4000), "cannot hold"),
        (struct.pack(">HBB3I", 0, 8, 3, 60_000, 28, 28) + bytes(784 * 5), "5 of 60,000 images"),
        (gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 3_000_000, 28, 28), mtime=0), "cannot hold"),
        (struct.pack(">HBB3I", 0, 8, 3, 0, 28, 28), "it is empty"),
        (struct.pack(">HBB1I", 0, 8, 1, 5) + bytes(5), "it holds labels, not images"),
        (struct.pack(">HBB2I", 0, 8, 2, 2, 5) + bytes(10), "2 x 5 are not images"),
        (struct.pack(">HBB3I", 0, 9, 3, 1, 2, 2) + bytes(4), "signed numbers"),
        (struct.pack(">HBB2I", 0, 8, 3, 1, 2), "within its header"),
        (struct.pack(">HBB3I4f", 0, 13, 3, 1, 2, 2, 0, 1, 2, 400), "pixels from 0 to 400"),
        (b"\0\0\7\3aaaaaaaaaaaa", "not an idx file"),
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=reason) as told:
        read_idx_images(path)
    assert str(told.value).startswith(f"{path}: ")


def test_damage_in_a_packed_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    whole = bytearray(idx_images(levels(20), packed=True))
    whole[-5] ^= 1  # the sum at the end
    path.write_bytes(whole)
    with pytest.raises(ReadError, match=r"bad\.gz: its compressed data are damaged"):
        read_idx(path)


def test_images_and_labels_must_go_together(tmp_path: Path) -> None:
    path = tmp_path / "a.idx"
    write_dataset(path, levels(20))
    (tmp_path / "a.labels.idx").write_bytes(idx_labels(levels(19)))
    with pytest.raises(
        ReadError, match=r"a\.idx has 20 images, but .*a\.labels\.idx has 19 labels"
    ):
        read_idx(path)
    (tmp_path / "a.labels.idx").write_bytes(idx_labels(levels(20))[:-3])
    with pytest.raises(ReadError, match="17 of 20 labels"):
        read_idx(path)
    with pytest.raises(ReadError, match="20 x 28 x 28 are not labels"):
        read_idx_labels(path)


def test_labels_that_are_words_need_another_form(tmp_path: Path) -> None:
    dataset = Dataset.from_images("x", np.zeros((2, 8, 8)), ["cat", "dog"])
    with pytest.raises(AeguiError, match=r"numbers from 0 to 255.*\.npz"):
        write_dataset(tmp_path / "x.idx", dataset)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_and_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.idx"
    path.write_bytes(idx_images(levels(3000)))
    told: list[LoadProgress] = []
    read_idx(path, report=told.append)
    assert (told[-1].done, told[-1].total) == (3000, 3000)
    assert told[-1].text == "3,000 of 3,000 images read"
    with pytest.raises(Cancelled):
        read_idx(path, cancelled=lambda: True)


def test_large_sets_are_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = levels(6000, side=8)
    path = tmp_path / "a.idx.gz"
    write_dataset(path, dataset)
    monkeypatch.setattr(store, "LIVE_BYTES", 1000 * 8 * 8 * 4)
    with pytest.raises(Cancelled):
        read_idx(path, cancelled=lambda: True)
    assert list(store.cache_folder().iterdir()) == []
    back = read_idx(path).dataset
    assert is_mapped(back.images)
    assert back.images[:1].dtype == np.float32
    assert np.array_equal(back.images, dataset.images)
    (kept,) = store.cache_folder().iterdir()
    assert kept.stat().st_size < 1.01 * dataset.images.size, "bytes stay bytes"
    written = kept.stat().st_ino
    part = read_idx(path).dataset.subset(range(0, 6000, 2))  # neither read nor loaded again
    assert is_mapped(part.images)
    assert np.array_equal(part.images, dataset.images[::2])
    both = part.joined(part)
    assert is_mapped(both.images)
    assert np.array_equal(both.images[3000:], part.images)
    assert kept.stat().st_ino == written
