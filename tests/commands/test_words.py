"""What commands print: lines for people are harmless, documents for programs are unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.commands.words import note, say, say_exactly
from aegui.core.library.library import Library
from tests.core.web_page.made import letters

if TYPE_CHECKING:
    import pytest

NAME = "right\u200fto\u202eleft\x1b[2J"
ESCAPED = r"right\u200fto\u202eleft\x1b[2J"


def test_names_neither_turn_nor_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"a\n\tb {NAME}")
    note(NAME)
    say_exactly(NAME)
    out, err = capsys.readouterr()
    assert out == f"a\n\tb {ESCAPED}\n{NAME}\n"
    assert err == f"{ESCAPED}\n"


def test_messages_are_harmless_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", f"{NAME}.aegui"]) == 2
    assert f"{ESCAPED}.aegui" in capsys.readouterr().err


def test_the_list_of_runs_escapes_names_and_its_json_keeps_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Library() as library:
        library.edit(library.keep(letters()).id, name=NAME)
    assert main(["runs", "list", "--columns", "name"]) == 0
    assert ESCAPED in capsys.readouterr().out
    assert main(["runs", "list", "--columns", "name", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == NAME
