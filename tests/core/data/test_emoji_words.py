from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.data.emoji import load_emoji
from aegui.core.data.emoji_words import finds, translated_name
from aegui.core.data.select import search
from aegui.core.i18n import LANGUAGES, language, set_language
from aegui.core.latent.novelty import known
from aegui.paths import resources_dir
from installer.emoji_words import LANGUAGES as WRITTEN
from installer.emoji_words import words_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = resources_dir() / "emoji"


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    before = language()
    yield
    set_language(before)


def test_every_emoji_has_a_name_and_keywords_in_every_language() -> None:
    text = (FOLDER / "words.json").read_text(encoding="utf-8")
    content = json.loads(text)
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    assert tuple(LANGUAGES) == WRITTEN
    for code in LANGUAGES:
        assert list(content["words"][code]) == [each["codepoints"] for each in index["emojis"]]
        assert all(all(said) for said in content["words"][code].values())
    assert words_text(content) == text
    assert "UNICODE LICENSE V3" in (FOLDER / "LICENSE-CLDR.txt").read_text(encoding="utf-8")


def test_names_are_said_in_the_language_of_the_program() -> None:
    set_language("es")
    assert translated_name("red heart") == "corazón rojo"
    assert translated_name("flag: Argentina") == "Bandera: Argentina"
    assert translated_name("Ankle boot") == "Botín"
    assert translated_name("Ankle boot #3461") == "Botín #3461"
    assert translated_name("space") == "espacio"
    assert translated_name("7") == "7", "what is no emoji is called as its set calls it"
    set_language("en")
    assert translated_name("red heart") == "red heart"


def test_a_sample_is_of_its_class_in_the_language_of_the_program() -> None:
    images = np.random.default_rng(0).random((2, 1, 4, 4))
    clothes = Dataset.from_images("fashion", images, ("Coat", "Bag"), ("Coat #12", "Bag #7"))
    set_language("es")
    assert known(clothes, glyphs=False).title(0) == "Abrigo #12"
    assert known(clothes, glyphs=False).kind_of(0) == "Abrigo"


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("query", ["cat", "GATO", "corazón rojo", "RED heart"])
def test_samples_are_found_by_words_of_either_language(code: str, query: str) -> None:
    set_language(code)
    emojis = load_emoji()
    names = {emojis.names[index] for index in search(emojis, query)}
    wanted = {"cat", "grinning cat"} if query in ("cat", "GATO") else {"red heart"}
    assert wanted <= names
    assert len(names) < 60


def test_parts_of_words_count_in_names_only() -> None:
    assert finds("ca", "cat", "x")
    # "cara" (face) begins so, but nobody means that.
    assert not finds("car", "grinning face", "Smileys & Emotion")
    assert finds("dog y", "big dog", "y")
    assert not finds("dog z", "big dog", "y")


def test_a_place_is_told_by_names_in_the_language_of_the_program() -> None:
    set_language("es")
    dataset = Dataset.from_images("x", np.zeros((2, 8, 8)), ["a", "a"], ["cat", "red heart"])
    assert known(dataset, glyphs=False).title(1) == "corazón rojo"
