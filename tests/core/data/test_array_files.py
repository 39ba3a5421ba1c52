from __future__ import annotations

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.data.array_files import array_file, read_array_file
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset, read_source
from aegui.core.data.writers import write_dataset
from aegui.core.errors import Cancelled, ReadError

TEXTS = st.text(max_size=5)


@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4),
    st.sampled_from([1, 3]),
    st.sampled_from(["bits", "bytes", "floats", "dark"]),
    TEXTS,
)
def test_every_set_comes_back(
    titles: list[tuple[str, str]], channels: int, kind: str, about: str
) -> None:
    drawn = np.random.default_rng(0).random((len(titles), channels, 7, 5), dtype=np.float32)
    images = {
        "bits": np.rint(drawn),
        "bytes": np.rint(drawn * 255) / np.float32(255),
        "floats": drawn,
        "dark": np.rint(drawn) / np.float32(255),
    }[kind]
    labels, names = zip(*titles, strict=True)
    dataset = Dataset.over(about, images, labels, names, source=about, licence="CC0")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(array_file(dataset))
        back = read_array_file(path).dataset
    assert np.array_equal(back.images, images)
    assert (back.labels, back.names) == (labels, names)
    assert (back.name, back.source, back.licence) == (about, about, "CC0")


def test_emojis_as_a_file(tmp_path: Path) -> None:
    emojis = load_builtin("emoji").subset(range(100))
    write_dataset(tmp_path / "e.npz", emojis)
    reading = read_source(str(tmp_path / "e.npz"))
    assert reading.kind == "npz"
    assert np.array_equal(reading.dataset.images, emojis.images)
    assert reading.dataset.names == emojis.names


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train"),
        ("images", "labels"),
        ("data", "target"),
        ("images", "target"),
        ("images", "y"),
        ("X", "labels"),
        ("data", "label"),
        ("x_train", "train_labels"),
        ("x", "targets"),
        ("images", "arr_1"),
    ],
)
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((6, 8, 8), (1, 8, 8)),
        ((6, 64), (1, 8, 8)),
        ((6, 8, 9, 3), (3, 8, 9)),
        ((6, 3, 8, 9), (3, 8, 9)),
        ((6, 8, 8, 1), (1, 8, 8)),
    ],
)
def test_files_of_others(
    tmp_path: Path, names: tuple[str, str], shape: Any, expected: tuple[int, int, int]
) -> None:
    values = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    given = {names[0]: values, names[1]: np.array([0, 1, 2, 0, 1, 2.0])[:, np.newaxis]}
    np.savez(tmp_path / "x.npz", **given)
    dataset = load_dataset(str(tmp_path / "x.npz"))
    assert dataset.image_shape == expected
    assert dataset.labels == ("0", "1", "2", "0", "1", "2")
    moved = values.transpose(0, 3, 1, 2) if shape[-1] in (1, 3) else values
    np.testing.assert_allclose(dataset.images, moved.reshape(6, *expected) / 255, atol=1e-7)


def test_the_paired_labels_come_first_and_other_lengths_are_no_labels(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((3, 8, 8))
    np.savez(tmp_path / "x.npz", data=images, labels=np.arange(3), target=np.arange(5, 8))
    assert load_dataset(str(tmp_path / "x.npz")).labels == ("5", "6", "7")
    np.savez(tmp_path / "x.npz", images=images, target=np.arange(4), label=np.arange(3))
    assert load_dataset(str(tmp_path / "x.npz")).labels == ("0", "1", "2")


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        (np.eye(3)[[0, 1, 2, 0, 1, 2]], "0 1 2 0 1 2"),
        (np.eye(3, dtype=bool)[[2, 1, 0, 0, 0, 0]], "2 1 0 0 0 0"),
        (np.array([[3], [1], [4], [1], [5], [9]]), "3 1 4 1 5 9"),
        (np.array([7.0, np.nan, 2.0, 3.0, 1.0, 0.0]), "7  2 3 1 0"),
        (np.array([7.5, 1.0, 2.0, 3.0, 1.0, 0.0]), "7.5 1.0 2.0 3.0 1.0 0.0"),
    ],
)
def test_labels_of_others(tmp_path: Path, labels: Any, read: str) -> None:
    images = np.random.default_rng(0).random((6, 8, 8))
    np.savez(tmp_path / "x.npz", images=images, labels=labels)
    assert load_dataset(str(tmp_path / "x.npz")).labels == tuple(read.split(" "))


RANDOM = np.random.default_rng(0).random


@pytest.mark.parametrize(
    "others",
    [
        {"target": RANDOM((20, 8, 8))},
        {"arr_1": RANDOM((20, 3))},
        {"target": RANDOM(20)},
        {"label": np.array([{}] * 20, dtype=object)},
        {"targets": np.asfortranarray(np.eye(20))},
        {"y": np.zeros((20, 0)), "label": np.array(0)},
    ],
)
def test_what_only_has_a_usual_name_and_cannot_be_labels_is_left(
    tmp_path: Path, others: dict[str, Any]
) -> None:
    path = tmp_path / "x.npz"
    images = np.random.default_rng(0).random((20, 8, 8))
    np.savez(path, **others, images=images)
    assert load_dataset(str(path)).classes == ("x",)
    np.savez(path, **others, images=images, train_labels=np.arange(20) % 2)
    assert load_dataset(str(path)).classes == ("0", "1")


def test_one_array_of_numbers(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((4, 9, 8))
    np.save(tmp_path / "x.npy", values)
    dataset = load_dataset(str(tmp_path / "x.npy"))
    np.testing.assert_array_equal(dataset.images[:, 0], values.astype(np.float32))
    assert dataset.classes == ("x",)


def _saved(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _npy(header: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def _zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


LIE = b"{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 2800, 2800), }\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_saved(images=np.array([{}, {}], dtype=object)), "pickled"),
        (_saved(some=np.zeros(3), other=np.zeros(2)), "expected an array “images”, found some, "),
        (_saved(images=np.full((2, 8, 8), -1.5)), "between 0 and 1.*from -1.5 to -1.5"),
        (_saved(images=np.full((2, 8, 8), np.nan)), "between 0 and 1.*NaN"),
        (_saved(images=np.zeros((2, 8, 8, 5))), "2 x 8 x 8 x 5 are not images"),
        (_saved(images=np.zeros((0, 8, 8))), "no array of pixels"),
        (_saved(images=np.array(["a"])), "no array of pixels"),
        (_zipped("images.npy", _npy(LIE) + bytes(100)), "header does not fit"),
        (_zipped("images.npy", b"nonsense"), "no array of numbers"),
        (_npy(LIE), "header does not fit"),
        (_npy(LIE.replace(b"60000, 2", b"-1, 2")) + bytes(100), "header does not fit"),
        (_npy(LIE.replace(b"60000", b"True")) + bytes(100), "header does not fit"),
        (_npy(b"{'descr': ("), "no array of numbers"),
        (_npy(b"(" * 5000), "no array of numbers"),
        (_saved(images=np.zeros((2, 8, 8)), labels=np.full(2, 0xFFFF_FFFF).view("<U2")), "damaged"),
        (_saved(images=np.zeros((2, 8, 8)))[:-30], "damaged"),
        (_saved(images=np.zeros((2, 8, 8)), labels=np.zeros(3)), "2 images but 3 labels"),
        (_saved(images=np.zeros((2, 8, 8)), labels=np.zeros((2, 40))), "2 x 40 are not labels"),
        (_saved(images=np.zeros((2, 8, 8)), labels=np.ones((2, 3))), "2 x 3 are not labels"),
    ],
)
def test_refusals(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(ReadError, match=reason):
        load_dataset(str(tmp_path / "bad.npz"))


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    write_dataset(tmp_path / "e.npz", load_builtin("digits"))
    with pytest.raises(Cancelled):
        read_array_file(tmp_path / "e.npz", cancelled=lambda: True)


def test_an_array_stored_by_columns_is_refused_with_the_remedy(tmp_path: Path) -> None:
    images = np.asfortranarray(np.random.default_rng(0).random((4, 8, 8)))
    np.savez(tmp_path / "by_columns.npz", images=images)
    with pytest.raises(ReadError, match=r"save numpy\.ascontiguousarray\(images\) instead"):
        load_dataset(str(tmp_path / "by_columns.npz"))
    np.savez(tmp_path / "by_rows.npz", images=np.ascontiguousarray(images))
    assert len(load_dataset(str(tmp_path / "by_rows.npz"))) == 4
