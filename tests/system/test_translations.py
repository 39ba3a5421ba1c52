"""Spanish is complete, its fields are those of the English strings, and what is read is current."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from aegui.core.i18n import LANGUAGES, language, set_language, tr, trn
from installer.translations import collect, problems

ROOT = Path(__file__).resolve().parents[2]


def test_every_string_is_translated() -> None:
    assert list(problems()) == []


def test_the_collection_is_not_empty() -> None:
    messages = [message for message in collect() if message.id]
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
def test_no_string_is_assembled_before_it_is_translated(name: str) -> None:
    """An f-string or a sum would never be found in a catalogue."""
    for path in (ROOT / "aegui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id != name or not node.args:
                    continue
                first = node.args[0]
                assert not isinstance(first, ast.JoinedStr | ast.BinOp), f"{path}:{node.lineno}"


def test_a_counted_message_is_nowhere_translated_without_its_count() -> None:
    """It would have the singular of a language with two, whatever the number."""
    counted = {
        message.id[0] for message in collect() if message.pluralizable and "{n" in message.id[0]
    }
    assert "{n:,} selected" in counted
    for path in (ROOT / "aegui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id != "tr" or not node.args:
                    continue
                first = node.args[0]
                is_counted = isinstance(first, ast.Constant) and first.value in counted
                assert not is_counted, f"{path}:{node.lineno}"


def test_plurals() -> None:
    assert trn("{n} pixel", "{n} pixels", 1) == "1 pixel"
    assert trn("{n} pixel", "{n} pixels", 3) == "3 pixels"
