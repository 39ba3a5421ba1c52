from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from aegui.core.data import image_files, store
from aegui.core.data.builtin import load_builtin
from aegui.core.data.byte_images import is_mapped
from aegui.core.data.dataset import Dataset
from aegui.core.data.image_files import Skipped, read_images, scan_images
from aegui.core.data.load import load_data, load_dataset, read_source
from aegui.core.data.picture import read_picture
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError, Cancelled, ReadError
from aegui.core.recipe import DataSpec, ImageSpec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import LoadProgress

SPEC = ImageSpec(height=8, width=8, channels=1)


def paint(path: Path, level: int, mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (8, 8), level).save(path)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Create a typical folder: classes, nested folders, damaged files, other files."""
    folder = tmp_path / "pets"
    paint(folder / "loose.png", 10)
    for number in (10, 2, 1):
        paint(folder / f"cats/cat{number}.png", number)
    paint(folder / "dogs/big/rex.BMP", 50)
    paint(folder / "dogs/small.png", 60)
    (folder / "dogs/broken.png").write_bytes((folder / "dogs/small.png").read_bytes()[:50])
    (folder / "dogs/page.jpg").write_bytes(b"<html>not found</html>")
    (folder / "cats/notes.txt").write_text("hello")
    paint(folder / ".thumbnails/hidden.png", 1)
    paint(folder / "cats/.hidden.png", 1)
    return folder


def test_sub_folders_are_labels(pets: Path) -> None:
    scan = scan_images([pets])
    assert [path.relative_to(pets).as_posix() for path in scan.files] == [
        "loose.png",
        "cats/cat1.png",
        "cats/cat2.png",
        "cats/cat10.png",
        "dogs/broken.png",
        "dogs/page.jpg",
        "dogs/small.png",
        "dogs/big/rex.BMP",
    ]
    assert scan.labels == ("pets", "cats", "cats", "cats", "dogs", "dogs", "dogs", "dogs/big")
    assert (scan.root, scan.ignored) == (pets, 1)


def test_what_cannot_be_read_is_listed_and_left_out(pets: Path) -> None:
    told: list[LoadProgress] = []
    reading = read_images(scan_images([pets]), SPEC, told.append)
    dataset = reading.dataset
    assert (dataset.images[:, 0, 4, 4] * 255).tolist() == [10, 1, 2, 10, 60, 50]
    assert dataset.labels == ("pets", "cats", "cats", "cats", "dogs", "dogs/big")
    assert dataset.names == ("loose", "cat1", "cat2", "cat10", "small", "rex")
    assert (dataset.name, dataset.source) == ("pets", str(pets))
    assert [one.path.name for one in reading.skipped] == ["broken.png", "page.jpg"]
    assert reading.skipped[1].reason == "this is not an image that can be read"
    (note,) = reading.notes
    assert note.startswith("2 files could not be read and are left out: broken.png: the image is")
    assert (told[-1].done, told[-1].total) == (8, 8)
    assert told[-1].text == "8 of 8 images read"
    again = read_images(scan_images([pets]), SPEC)  # from the cache: the same, refusals included
    assert np.array_equal(again.dataset.images, dataset.images)
    assert again.skipped == reading.skipped


def test_classes_without_images_are_told(pets: Path) -> None:
    (pets / "birds/small").mkdir(parents=True)
    (pets / "birds/small/readme.txt").write_text("soon")
    (pets / "fish").mkdir()
    (pets / "fish/eel.png").write_bytes(b"?")
    reading = read_images(scan_images([pets]), SPEC)
    assert reading.empty == ("birds/small", "fish")
    assert reading.notes[1] == (
        "2 sub-folders have no images, so there are no such classes: birds/small, fish."
    )
    assert "fish" not in reading.dataset.classes


def test_a_source_of_a_recipe_may_be_a_folder(pets: Path) -> None:
    spec = DataSpec(source=str(pets), images=SPEC, labels=("CATS",), count=2)
    dataset = load_data(spec)
    assert dataset.labels == ("cats", "cats")
    reading = read_source(str(pets))
    assert reading.kind == "folder"
    assert reading.dataset.image_shape == (3, 64, 64)
    assert len(reading.notes) == 1


def test_the_cache_knows_when_something_has_changed(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(path: Path, spec: ImageSpec) -> NDArray[np.uint8]:
        read.append(path.name)
        return read_picture(path, spec)

    monkeypatch.setattr(image_files, "read_picture", counted)

    def level() -> float:
        data = load_data(DataSpec(source=str(pets), images=SPEC))
        return float(data.images[0].max() * np.float32(255))

    assert level() == 10
    assert len(read) == 8
    assert level() == 10
    assert len(read) == 8
    paint(pets / "loose.png", 200)
    os.utime(pets / "loose.png", (time.time() + 5, time.time() + 5))
    assert level() == 200
    assert len(read) == 16
    load_data(DataSpec(source=str(pets), images=ImageSpec(height=9, width=8, channels=1)))
    assert len(read) == 24
    paint(pets / "new.png", 1)
    assert level() == 200
    assert len(read) == 33


def test_a_damaged_cache_is_made_again(pets: Path) -> None:
    first = load_data(DataSpec(source=str(pets), images=SPEC))
    for path in store.cache_folder().iterdir():
        path.write_bytes(path.read_bytes()[:50])
    again = load_data(DataSpec(source=str(pets), images=SPEC))
    assert np.array_equal(first.images, again.images)


def test_large_folders_are_mapped(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_images(scan_images([pets]), SPEC).dataset
    for path in store.cache_folder().iterdir():
        path.unlink()
    monkeypatch.setattr(store, "LIVE_BYTES", 3 * 8 * 8 * 4)
    for _ in range(2):
        reading = read_images(scan_images([pets]), SPEC)
        assert is_mapped(reading.dataset.images)
        assert not reading.dataset.images.flags.writeable
        assert np.array_equal(reading.dataset.images, expected.images)
        assert len(reading.skipped) == 2
    names = {path.suffix for path in store.cache_folder().iterdir()}
    assert names == {".npy", ".json"}


def test_reading_can_be_stopped_and_leaves_nothing(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LIVE_BYTES", 0)
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    scan = scan_images([pets])
    with pytest.raises(Cancelled):
        read_images(scan, SPEC, None, is_cancelled)
    assert asked == 4
    assert list(store.cache_folder().iterdir()) == []
    with pytest.raises(Cancelled):
        scan_images([pets], lambda: True)


def test_files_that_are_named_and_one_alone(pets: Path) -> None:
    scan = scan_images([pets / "cats/cat1.png", pets / "dogs/small.png"])
    assert scan.root == pets.resolve()
    assert scan.labels == ("cats", "dogs")
    one = load_dataset(str(pets / "dogs/big/rex.BMP"))
    assert (one.name, one.labels, one.names) == ("rex", ("big",), ("rex",))
    assert one.image_shape == (3, 64, 64)


def test_a_file_that_has_gone_meanwhile_is_skipped(pets: Path) -> None:
    scan = scan_images([pets])
    (pets / "cats/cat2.png").unlink()
    reading = read_images(scan, SPEC)
    assert "cat2" not in reading.dataset.names
    assert reading.skipped[-1] == Skipped(pets / "cats/cat2.png", "there is no such file or folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_not_waited_for(pets: Path) -> None:
    os.mkfifo(pets / "cats/pipe.png")
    reading = read_images(scan_images([pets]), SPEC)
    assert reading.skipped[-1] == Skipped(pets / "cats/pipe.png", "this is not a file")
    with pytest.raises(ReadError, match="There is no file"):
        load_dataset(str(pets / "cats/pipe.png"))


def test_refusals(pets: Path, tmp_path: Path) -> None:
    (tmp_path / "empty/one").mkdir(parents=True)
    with pytest.raises(ReadError, match="empty: there are no files in it"):
        load_dataset(str(tmp_path / "empty"))
    (tmp_path / "empty/one/readme.txt").write_text("hello")
    with pytest.raises(ReadError, match=r"empty: there are no images in it \(1 other file\)"):
        load_dataset(str(tmp_path / "empty"))
    for name in ("t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz"):
        (tmp_path / "empty" / name).write_bytes(b"")
    with pytest.raises(ReadError, match=r"3 other files.*train-images-idx3-ubyte.gz in it is"):
        load_dataset(str(tmp_path / "empty"))
    with pytest.raises(ReadError, match=r"no file or folder .*nowhere"):
        scan_images([tmp_path / "nowhere"])
    with pytest.raises(ReadError, match=r"broken\.png: the image is damaged"):
        load_dataset(str(pets / "dogs/broken.png"))
    (tmp_path / "bad").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "bad" / name).write_bytes(b"?")
    with pytest.raises(
        ReadError, match=r"None of 2 images can be read; the first one, .*bad.a\.png"
    ):
        load_dataset(str(tmp_path / "bad"))


def test_the_folder_itself_is_no_sub_folder_without_images(pets: Path) -> None:
    (pets / "loose.png").write_bytes(b"?")
    reading = read_images(scan_images([pets]), SPEC)
    assert "loose.png" in [one.path.name for one in reading.skipped]
    assert reading.empty == ()


def test_links_to_folders_do_not_go_round(pets: Path) -> None:
    try:
        (pets / "cats/again").symlink_to(pets, target_is_directory=True)
    except OSError:
        pytest.skip("links need a permission here")
    assert len(scan_images([pets]).files) == 8


def test_a_set_written_as_a_folder_comes_back(tmp_path: Path) -> None:
    emojis = load_builtin("emoji").subset([*range(20), *range(1700, 1705)])
    write_dataset(tmp_path / "faces", emojis)
    back = load_data(DataSpec(source=str(tmp_path / "faces")))
    assert sorted(back.labels) == sorted(emojis.labels)
    order = [int(name.split()[0]) - 1 for name in back.names]
    assert np.array_equal(back.images, emojis.images[order])
    assert back.names[-1] == f"{order[-1] + 1:02} {emojis.names[order[-1]]}"
    with pytest.raises(AeguiError, match="faces is not empty"):
        write_dataset(tmp_path / "faces", emojis)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AeguiError, match="could not be written"):
        write_dataset(tmp_path / "file/new", load_builtin("digits"))


def test_labels_that_no_file_can_have_are_changed(tmp_path: Path) -> None:
    images = np.linspace(0, 1, 5)[:, None, None, None] * np.ones((5, 1, 8, 8))
    levels = np.rint(images * 255) / 255
    labels = ["a/b", "A", "a", "..", "con"]
    write_dataset(tmp_path / "out", Dataset.from_images("x", levels, labels))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a_b", "A", "a 2", "_", "con_"}
    back = load_data(DataSpec(source=str(tmp_path / "out"), images=SPEC))
    np.testing.assert_array_equal(np.sort(back.images[:, 0, 0, 0]), levels[:, 0, 0, 0].astype("f4"))


def test_a_sheet_of_glyphs_is_not_a_picture(tmp_path: Path) -> None:
    write_dataset(tmp_path / "sheet.png", load_builtin("lowercase"))
    assert load_dataset(str(tmp_path / "sheet.png")).labels == load_builtin("lowercase").labels
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (70, 50, 3), np.uint8)).save(
        tmp_path / "photo.png"
    )
    reading = read_source(str(tmp_path / "photo.png"))
    assert (reading.kind, len(reading.dataset)) == ("image", 1)
