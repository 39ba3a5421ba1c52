from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from aegui.core.data.builtin import glyph_set_names, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.data.readers.png_sheet import TEXT_KEY
from aegui.core.data.readers.table import read_glyphs
from aegui.core.data.writers import WRITERS, encode_dataset, form_of, write_dataset
from aegui.core.errors import AeguiError, ReadError

LABELS = st.one_of(
    st.characters(),
    st.sampled_from(["#", "*", "/", "\\", "'", '"', "{", "}", ";", "0", "1", "x", "", " "]),
    st.text(max_size=6),
)


@st.composite
def binary_sets(draw: st.DrawFn) -> Dataset:
    count, height = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    width = draw(st.integers(2, 32))
    seed = draw(st.integers(0, 2**32 - 1))
    share = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    images = np.random.default_rng(seed).random((count, height, width)) < share
    return Dataset.from_images(
        draw(st.text(max_size=10)),
        images,
        draw(st.lists(LABELS, min_size=count, max_size=count)),
        draw(st.lists(LABELS, min_size=count, max_size=count)),
    )


def read_back(dataset: Dataset, key: str) -> Dataset:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"  # no suffix: the content alone tells the reader
        write_dataset(path, dataset, key)
        file = read_glyphs(path)
    assert file.reader == key
    (found,) = file.datasets
    return found


def same(a: Dataset, b: Dataset) -> bool:
    return a.labels == b.labels and a.names == b.names and np.array_equal(a.images, b.images)


GLYPH_FORMS = ("json", "c", "art", "png")


@pytest.mark.parametrize("key", GLYPH_FORMS)
@pytest.mark.parametrize("name", glyph_set_names())
def test_letters_come_back(name: str, key: str) -> None:
    assert same(read_back(load_builtin(name), key), load_builtin(name))


@settings(max_examples=60)
@given(binary_sets(), st.sampled_from(GLYPH_FORMS))
def test_any_black_and_white_set_comes_back(dataset: Dataset, key: str) -> None:
    assert same(read_back(dataset, key), dataset)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3]))
def test_grey_and_coloured_sets_come_back_as_json_and_png(seed: int, channels: int) -> None:
    images = np.random.default_rng(seed).random((3, channels, 6, 4), dtype=np.float32)
    dataset = Dataset.from_images("c", images)
    assert same(read_back(dataset, "json"), dataset)
    assert np.allclose(read_back(dataset, "png").images, images, atol=0.5 / 255 + 1e-6)


def test_json_keeps_source_and_licence() -> None:
    found = read_back(load_builtin("lowercase"), "json")
    assert (found.name, found.source, found.licence) == ("lowercase", "aegui", "MIT")


def test_suffix_tells_the_form(tmp_path: Path) -> None:
    assert form_of("A.H") == "c"
    assert {form_of(f"x{suffix}") for w in WRITERS.values() for suffix in w.suffixes} == {*WRITERS}
    with pytest.raises(AeguiError, match=r"x\.xyz.*\.json, \.h, \.txt, \.png"):
        write_dataset(tmp_path / "x.xyz", load_builtin("lowercase"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["c", "art"])
def test_grey_glyphs_are_refused(key: str) -> None:
    with pytest.raises(AeguiError, match=r"JSON, PNG or \.npz"):
        encode_dataset(Dataset.from_images("g", np.full((1, 2, 2), 0.5)), key)


def test_large_images_make_a_plain_sheet() -> None:
    dataset = Dataset.from_images("big", np.random.default_rng(0).random((2, 70, 80)).round())
    assert same(read_back(dataset, "png"), dataset)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_a_compiler_agrees(tmp_path: Path) -> None:
    dataset = load_builtin("letters")
    write_dataset(tmp_path / "f.h", dataset)
    (tmp_path / "p.c").write_text(
        '#include <stdio.h>\n#include "f.h"\n'
        "int main(void) { for (int i = 0; i < 96 * 7; i++)"
        ' printf("%d ", ((const uint8_t *)letters)[i]); return sizeof letters != 96 * 7; }\n'
    )
    program = tmp_path / "p"
    subprocess.run(
        ["cc", "-Wall", "-Werror", str(tmp_path / "p.c"), "-o", str(program)], check=True
    )
    out = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    rows = dataset.images[:, 0] @ np.array([16, 8, 4, 2, 1])
    assert [int(word) for word in out.split()] == rows.ravel().astype(int).tolist()


def test_sheets_look_like_sheets(tmp_path: Path) -> None:
    write_dataset(tmp_path / "s.png", load_builtin("lowercase"))
    with Image.open(tmp_path / "s.png") as image:
        assert image.size == ((16 * 6 + 1) * 8, (2 * 8 + 1) * 8)
        assert image.mode == "L"


@pytest.mark.parametrize("count", [560, 9000])
def test_a_sheet_of_many_images_is_one_that_is_read_back(tmp_path: Path, count: int) -> None:
    drawn = np.random.default_rng(0).random((count, 28, 28)) < 0.1
    write_dataset(tmp_path / "many.png", Dataset.from_images("many", drawn))
    assert np.array_equal(load_dataset(str(tmp_path / "many.png")).images[:, 0], drawn)


@pytest.mark.parametrize(
    "shape", [(10_500, 28, 28), (3, 4096, 4096), (2000, 3, 60, 60)], ids=["many", "large", "noise"]
)
def test_images_too_many_for_a_sheet_are_refused(shape: tuple[int, ...]) -> None:
    drawn = np.random.default_rng(0).random(shape, dtype=np.float32)
    with pytest.raises(AeguiError, match=r"too many for a PNG sheet; save them as \.npz"):
        encode_dataset(Dataset.from_images("many", drawn), "png")


def test_a_sheet_too_large_to_be_read_is_no_picture(tmp_path: Path) -> None:
    write_dataset(tmp_path / "s.png", load_builtin("lowercase"))
    with Image.open(tmp_path / "s.png") as image:
        info = PngInfo()
        info.add_text(TEXT_KEY, image.info[TEXT_KEY])
        image.resize((4000, 4000)).save(tmp_path / "large.png", pnginfo=info)
    with pytest.raises(ReadError, match="4,000x4,000 pixels; at most"):
        load_dataset(str(tmp_path / "large.png"))
