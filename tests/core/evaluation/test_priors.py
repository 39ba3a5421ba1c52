"""Priors of characters from files, and their effect on limit and posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.corruption import parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, ReadError
from aegui.core.evaluation.bayes import read_drawing
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.priors import Prior, prior_words, read_prior

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = np.array([[0, 1, 0], [0, 1, 1], [1, 1, 1], [0, 1, 0]], np.float32).reshape(4, 1, 1, 3)
SET = Dataset.from_images("three", IMAGES, ("a", ",", '"', "a"))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("w.json", '{"a": 6, ",": 3, "\\"": 0, "z": 1}'),
        ("w.csv", 'a,6\n",",3\n"""",0\nz,1\n'),
        ("head.csv", 'character,weight\na,6\n\n",",3\n"""",0\nz,1\n'),
        ("semi.csv", 'a;6\n,;3\n"""";0\nz;1\n'),
        ("tab.CSV", 'a\t6\n,\t3\n""""\t0\nz\t1\n'),
    ],
)
def test_lists_give_each_sample_its_share(tmp_path: Path, name: str, text: str) -> None:
    prior = read_prior(written(tmp_path, name, text))
    assert prior.of(SET).tolist() == [3.0, 3.0, 0.0, 3.0]
    assert prior.missing(SET) == ('"',)
    assert (
        prior_words(prior, SET)
        == f'{name} gives no weight to “"”: they are assumed never to occur.'
    )


@pytest.mark.parametrize(
    "text",
    [
        # As spreadsheets write them where the comma is decimal.
        "letra;peso\na;0,5\n,;1,5\nab;2\n",
        "a;0,5\n,;1,5\nab;2\n",
        "ab;2,0\na;0,5\n,;1,5\n",
        "a\t0,5\n,\t1,5\nab\t2\n",
    ],
)
def test_commas_are_decimal_beside_other_delimiters(tmp_path: Path, text: str) -> None:
    found = read_prior(written(tmp_path, "w.csv", text))
    assert found.weights == {"a": 0.5, ",": 1.5, "ab": 2.0}


def test_the_first_character_may_be_a_delimiter_of_other_files(tmp_path: Path) -> None:
    found = read_prior(written(tmp_path, "w.csv", ';,3\na,8.2\n"\t",1\n'))
    assert found.weights == {";": 3.0, "a": 8.2, "\t": 1.0}


def test_the_characters_of_a_text_are_counted(tmp_path: Path) -> None:
    prior = read_prior(written(tmp_path, "book.txt", "a, banana, a\n"))
    # Once more than they occur: 5 a, 2 commas, no quotation mark.
    assert prior.of(SET).tolist() == [3.0, 3.0, 1.0, 3.0]
    assert prior_words(prior, SET) == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("w.json", "{", "w.json, line 1: this is not valid JSON: "),
        ("w.json", "[1]", "w.json: weights are one object, such as "),
        ("w.json", '{"a": -1}', "w.json: the weight of “a” must be a number of 0 or more."),
        ("w.json", '{"a": true}', "w.json: the weight of “a” must be a number of 0 or more."),
        ("w.json", '{"a": 1, "a": 2}', "w.json: “a” has a weight already."),
        ("w.csv", "a,6\nb\n", "w.csv, line 2: a line is a character and its weight"),
        ("w.csv", "a,6\nb,many\n", "w.csv, line 2: the weight of “b” must be"),
        ("w.csv", "a,6\nb,nan\n", "w.csv, line 2: the weight of “b” must be"),
        ("w.csv", "a,6\na,7\n", "w.csv, line 2: “a” has a weight already."),
        ("w.csv", "character,weight\n", "w.csv: there are no weights in it."),
        ("w.csv", 'a,"6\n', "w.csv, line 1: this is not valid CSV"),
        ("w.txt", "\0\0", "w.txt: this is not a text."),
        ("w.txt", "  ", "w.txt: the file is empty."),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(ReadError) as caught:
        read_prior(written(tmp_path, name, text))
    assert str(caught.value).startswith(str(tmp_path / said))


def test_a_list_of_other_characters_is_refused() -> None:
    with pytest.raises(AeguiError, match=r"cyrillic gives a weight to none of the characters of"):
        Prior("cyrillic", {"д": 1.0}).of(SET)


def test_a_frequent_character_is_believed_sooner() -> None:
    two = Dataset.from_images("two", IMAGES[:2], ("a", ","))
    spec = parse_corruption("flip:0.25")
    drawing = IMAGES[1]
    alike = read_drawing(drawing, two.images, spec)
    assert alike.chances == pytest.approx([0.25, 0.75])
    known = read_drawing(drawing, two.images, spec, Prior("9 to 1", {"a": 9.0, ",": 1.0}).of(two))
    # By hand: 0.9 * 0.25 against 0.1 * 0.75.
    assert known.chances == pytest.approx([0.75, 0.25])
    assert not known.image[2]
    # Always the frequent one: wrong in one pixel as often as the other occurs.
    assert limit(two.images, spec, prior=[9.0, 1.0]).mean == pytest.approx(0.1)
    assert limit(two.images, spec).mean == pytest.approx(0.25)
