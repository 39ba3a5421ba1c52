"""Image files: found, previewed, and named in a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from aegui.core.data.image_files import scan_images
from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.recipe import DataSpec, ImageSpec, Recipe, SplitSpec
from aegui.core.recipe.file import save_recipe
from aegui.features.data.model.image_import import (
    ImageImport,
    counted,
    imported_data,
    kind_of_drop,
    preview_of,
    source_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

SMALL = ImageSpec(height=16, width=16, channels=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create two red images, a blue one, and a file that is not an image."""
    root = tmp_path / "pictures"
    for name, colour in (("warm/1", "red"), ("warm/2", "red"), ("cold/3", "blue")):
        path = root / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), colour).save(path)
    (root / "cold" / "broken.png").write_bytes(b"no picture")
    return root


@pytest.fixture
def importing(qtbot: QtBot, folder: Path) -> Iterator[ImageImport]:
    made = ImageImport([folder])
    yield made
    made.shutdown()


def test_a_folder_is_scanned_and_previewed(qtbot: QtBot, importing: ImageImport) -> None:
    with qtbot.waitSignal(importing.found) as found:
        importing.start()
    scan = found.args[0]
    assert counted(scan) == {"cold": 2, "warm": 2}
    with qtbot.waitSignal(importing.previews.answered) as previewed:
        importing.preview(SMALL)
    preview = previewed.args[0]
    assert preview.images.shape == (3, 3, 16, 16)
    assert preview.labels == ("cold", "warm", "warm")
    assert preview.names == ("3", "1", "2")
    assert [name for name, _ in preview.skipped] == ["broken.png"]
    assert preview.images[1, :, 8, 8].tolist() == [1.0, 0.0, 0.0]


def test_only_the_newest_choice_is_answered(qtbot: QtBot, importing: ImageImport) -> None:
    with qtbot.waitSignal(importing.found):
        importing.start()
    answers: list[ImageSpec] = []
    importing.previews.answered.connect(lambda preview: answers.append(preview.spec))
    for side in (8, 9, 10, 12):
        importing.preview(SMALL.model_copy(update={"height": side, "width": side}))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [SMALL.model_copy(update={"height": 12, "width": 12})]


def test_an_empty_folder_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    importing = ImageImport([tmp_path])
    with qtbot.waitSignal(importing.failed) as failed:
        importing.start()
    assert "no files" in failed.args[0]
    importing.shutdown()


def test_a_preview_of_many_takes_some_of_all(folder: Path) -> None:
    preview = preview_of(scan_images([folder]), SMALL, most=2)
    assert len(preview.images) + len(preview.skipped) == 2


def test_the_recipe_finds_what_was_imported(folder: Path) -> None:
    spec = imported_data(DataSpec(chars="abc"), [folder], SMALL, ("warm",), 1)
    assert spec.chars is None
    dataset = load_data(spec)
    assert dataset.images.shape == (1, 3, 16, 16)
    assert dataset.labels == ("warm",)


def test_imported_images_hold_out_no_validation_set_of_the_data_before(folder: Path) -> None:
    data = DataSpec(source="mnist+mnist-test", split=SplitSpec(last=10_000, seed=7))
    spec = imported_data(data, [folder], SMALL, None, None)
    assert spec.split == SplitSpec(seed=7)
    held_out = spec.model_copy(update={"split": SplitSpec(last=1)})
    assert imported_data(held_out, [folder], SMALL, ("warm",), None).split == SplitSpec(last=1)


def test_several_files_are_found_again(folder: Path) -> None:
    files = [folder / "warm" / "2.jpg", folder / "cold" / "3.bmp"]
    for path, colour in zip(files, ("red", "blue"), strict=True):
        Image.new("RGB", (41, 23), colour).save(path)
    spec = imported_data(DataSpec(), files, SMALL, None, None)
    assert np.allclose(load_data(spec).images[:, 0, 8, 8], [1.0, 0.0], atol=0.02)


def test_pictures_that_could_be_glyphs_are_named(folder: Path) -> None:
    spec = imported_data(DataSpec(), [folder / "warm" / "2.png"], SMALL, None, None)
    assert spec.names == ("2",)
    assert load_data(spec).images.shape == (1, 3, 16, 16)


def test_many_files_of_one_folder_are_named(folder: Path, tmp_path: Path) -> None:
    files = [folder / "warm" / f"{'x' * 60}{n}.jpg" for n in range(20)]
    for path in files:
        Image.new("L", (9, 9)).save(path)
    found = source_of(files)
    assert found["source"] == str(folder / "warm")
    assert found["names"] == tuple(path.stem for path in files)
    with pytest.raises(AeguiError, match="different folders"):
        source_of([*files, tmp_path / "other.png"])


def test_what_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    photo = folder / "photo.jpg"
    Image.new("RGB", (41, 23), "red").save(photo)
    recipe = tmp_path / "recipe.json"
    save_recipe(recipe, Recipe())
    glyphs = tmp_path / "glyphs.txt"
    glyphs.write_text("a\n.#.\n#.#\n.#.\n")
    assert kind_of_drop([folder]) == "images"
    assert kind_of_drop([photo]) == "images"
    assert kind_of_drop([photo, glyphs]) == "images"
    assert kind_of_drop([recipe]) == "document"
    assert kind_of_drop([glyphs]) == "data"
    with pytest.raises(AeguiError, match="no file"):
        kind_of_drop([tmp_path / "missing"])
