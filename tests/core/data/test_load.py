from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import choose, load_dataset, read_source, source_from
from aegui.core.data.readers.source import MAX_FILE_BYTES
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError, ReadError

if TYPE_CHECKING:
    from pathlib import Path

TWO = """
const uint8_t Font2[2][7] = {
  {1,2,3,4,5,6,7}, // a
  {1,2,3,4,5,6,8}, // b
};
uint8_t Font3[][7] = { {7,2,3,4,5,6,7} /* c */ };
"""


def test_built_in_names_and_their_sum() -> None:
    held = load_dataset("lowercase")
    assert load_dataset("lowercase") is held
    assert np.array_equal(held.images, load_builtin("lowercase").images)
    both = load_dataset("lowercase+uppercase")
    assert both.labels == load_builtin("lowercase").labels + load_builtin("uppercase").labels


def test_chars_choose_and_order() -> None:
    chosen = load_dataset("letters", "zA a")
    assert chosen.labels == ("z", "A", " ", "a")
    letters = load_builtin("letters")
    assert np.array_equal(chosen.images[0], letters.images[letters.labels.index("z")])
    assert choose(letters, "aab␡␠").labels == ("a", "b", "\x7f", " ")


def test_samples_of_one_label_are_chosen_together() -> None:
    dataset = Dataset.from_images("n", np.eye(4).reshape(4, 2, 2), ["a", "b", "a", "c"])
    chosen = choose(dataset, "ca")
    assert chosen.labels == ("c", "a", "a")
    assert np.array_equal(chosen.images, dataset.images[[3, 0, 2]])


def test_labels_of_several_characters() -> None:
    dataset = Dataset.from_images("n", np.eye(4).reshape(4, 2, 2), ["10", "1", "a b", "0"])
    assert choose(dataset, "1, 10 0 a b").labels == ("1", "10", "0", "a b")


@pytest.mark.parametrize(
    ("source", "chars", "message"),
    [
        ("lowercse", None, "did you mean “lowercase”"),
        ("nothere", None, "the built-in sets are symbols"),
        ("nothing-like-it", None, "symbols, uppercase, lowercase, letters"),
        ("lowercase", "aBé", "B é"),
        ("lowercase", "", "No characters"),
        ("", None, "No data is named"),
        ("digits+", None, "There is no file or built-in set “”"),
        ("~nobody-of-that-name/x", None, "There is no file or built-in set “~nobody"),
        ("x" * 900, None, "There is no file or built-in set “xxx"),
        (os.path.abspath("/nowhere/x.idx"), None, r"There is no file or folder .*x\.idx\.$"),
    ],
)
def test_refusals(source: str, chars: str | None, message: str) -> None:
    with pytest.raises(AeguiError, match=message):
        load_dataset(source, chars)


def test_one_of_several_sets_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f#nt.h"
    path.write_text(TWO)
    assert load_dataset(str(path)).labels == ("a", "b", "c")
    assert load_dataset(f"{path}#Font3").labels == ("c",)
    assert load_dataset(f"{path}#1", "b").labels == ("b",)
    with pytest.raises(ReadError, match=r"no set “4”.*f#nt\.h#Font2, .*f#nt\.h#Font3"):
        load_dataset(f"{path}#4")


def test_sets_of_different_sizes_must_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text('{"a": [[[0,1],[1,0]]], "b": [[[0,1,1],[1,0,1]]]}')
    with pytest.raises(ReadError, match=r"choose one: .*two\.json#a, .*two\.json#b"):
        load_dataset(str(path))
    assert load_dataset(f"{path}#b").image_shape == (1, 2, 3)


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_dataset(tmp_path / "own.txt", load_builtin("lowercase"))
    assert load_dataset("~/own.txt", "c").labels == ("c",)


def test_sources_of_every_kind_are_joined(tmp_path: Path) -> None:
    digits = load_builtin("digits")
    write_dataset(tmp_path / "some.npz", digits.subset(range(5)))
    both = load_dataset(f"digits+{tmp_path / 'some.npz'}")
    assert len(both) == 1802
    assert both.labels[-5:] == digits.labels[:5]
    with pytest.raises(AeguiError, match=r"differ in size \(3x64x64 and 1x8x8\)"):
        load_dataset("emoji+digits")
    with pytest.raises(ReadError, match=r"“digitz”; did you mean “digits”"):
        load_dataset("emoji+digitz")


def test_sources_become_absolute_one_by_one(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "c++"
    for folder in (home, elsewhere):
        folder.mkdir()
        for name in ("a.h", "b.h", "a+b.h"):
            (folder / name).write_text(TWO)
    a, b = home / "a.h", home / "b.h"
    assert source_from("a.h", home) == f"{a}"
    assert source_from("a+b.h", home) == f"{home / 'a+b.h'}"
    assert source_from("a.h+b.h#Font3", home) == f"{a}+{b}#Font3"
    assert len(load_dataset(source_from("a.h#Font2+b.h#Font2", home))) == 4
    assert source_from("lowercase+a.h", home) == f"lowercase+{a}"
    assert source_from("lowercase+uppercase", home) == "lowercase+uppercase"
    assert source_from(f"{a}+none.h", elsewhere) == f"{a}+none.h"
    # The plus sign of the folder would be taken for another source.
    assert source_from("a.h+b.h", elsewhere) == "a.h+b.h"
    assert source_from("a.h+", home) == "a.h+"


def test_what_is_there_to_say_about_a_source(tmp_path: Path) -> None:
    assert read_source("digits").kind == "builtin"
    assert read_source("digits").dataset is load_builtin("digits")
    (tmp_path / "f.h").write_text(TWO)
    assert read_source(str(tmp_path / "f.h")).kind == "c"
    assert read_source(f"{tmp_path / 'f.h'}#Font3").dataset.labels == ("c",)


def test_a_saved_run_is_refused_as_such_however_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "large.aegui"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("weights", bytes(MAX_FILE_BYTES))
    with pytest.raises(ReadError, match=r"large\.aegui is a saved run, not a set of images"):
        load_dataset(str(path))
