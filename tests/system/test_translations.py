"""Spanish is complete, with the placeholders of the English strings, and up to date."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aegui.core.i18n import LANGUAGES, language, set_language, tr, trn
from installer.translations import collect, load, problems

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Return every string visible to users."""
    return collect()


@pytest.fixture(scope="module")
def calls() -> list[tuple[str, str, ast.expr]]:
    """Return the calls of ``tr`` and ``trn`` in the program: location, name and first argument."""
    paths = (ROOT / "aegui").rglob("*.py")
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    return [
        (f"{path}:{node.lineno}", node.func.id, node.args[0])
        for path, text in texts.items()
        if re.search(r"\btrn?\b", text)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
        if node.func.id in {"tr", "trn"}
    ]


def test_every_string_is_translated(template: Catalog) -> None:
    assert list(problems(template)) == []


def test_the_collection_is_not_empty(template: Catalog) -> None:
    messages = [message for message in template if message.id]
    assert len(messages) > 300


def test_a_language_is_used_and_left_again() -> None:
    set_language("es_AR.UTF-8")
    assert language() == "es"
    assert tr("Tanh") == "Tanh"
    assert tr("None") == "Ninguno"
    set_language("xx")
    assert language() == "en"
    assert tr("None") == "None"
    assert list(LANGUAGES) == ["en", "es"]


@pytest.mark.parametrize("name", ["tr", "trn"])
def test_no_string_is_assembled_before_it_is_translated(
    name: str, calls: list[tuple[str, str, ast.expr]]
) -> None:
    """An f-string or a sum would never be found in a catalogue."""
    firsts = [(place, first) for place, called, first in calls if called == name]
    assert firsts
    for place, first in firsts:
        assert not isinstance(first, ast.JoinedStr | ast.BinOp), place


def test_a_counted_message_is_nowhere_translated_without_its_count(
    template: Catalog, calls: list[tuple[str, str, ast.expr]]
) -> None:
    """It would always be in the singular of a language with two forms."""
    counted = {
        message.id[0] for message in template if message.pluralizable and "{n" in message.id[0]
    }
    assert "{n:,} selected" in counted
    for place, called, first in calls:
        if called == "tr":
            is_counted = isinstance(first, ast.Constant) and first.value in counted
            assert not is_counted, place


def test_percentages_have_one_form_in_each_language(template: Catalog) -> None:
    """English writes 5%, Spanish 5 % (Real Academia); without a blank only what is typed."""
    spanish = load("es")
    for message in filter(lambda one: one.id, template):
        for text in (message.id,) if isinstance(message.id, str) else message.id:
            assert not re.search(r"[\d}][ \u00a0]%", text), text
        found = spanish.get(message.id if isinstance(message.id, str) else message.id[0])
        texts = (found.string or ()) if found is not None else ()
        for text in (texts,) if isinstance(texts, str) else texts:
            assert not re.search(r'(?<!\.)\d%(?![\w”»"])', text), text


def test_plurals() -> None:
    assert trn("{n} pixel", "{n} pixels", 1) == "1 pixel"
    assert trn("{n} pixel", "{n} pixels", 3) == "3 pixels"
