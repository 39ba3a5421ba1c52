"""What a command answers: JSON, or a refusal in one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aegui.cli import main

if TYPE_CHECKING:
    import pytest


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command with ``--json`` and return the object it prints."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], *words: str) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("aegui: ")
    assert captured.err.count("\n") == 1
    for word in words:
        assert word in captured.err


def last_json(text: str) -> Any:
    return json.loads(text.splitlines()[-1])
