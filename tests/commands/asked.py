"""What a command says in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aegui.cli import main

if TYPE_CHECKING:
    import pytest


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The object that the command prints."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)
