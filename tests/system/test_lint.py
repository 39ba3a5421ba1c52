"""The runner of checks: names, verdicts, and the output of a failing check."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from installer import lint

if TYPE_CHECKING:
    import pytest


def _check(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_check_that_fails_is_shown_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = {
        "good": _check("print('all is well')"),
        "bad": _check("print('line 7 is wrong'); raise SystemExit(3)"),
        "also good": _check(""),
    }
    monkeypatch.setattr(lint, "CHECKS", checks)
    assert lint.main([]) == 1
    said = capsys.readouterr().out
    assert "line 7 is wrong" in said
    assert "all is well" not in said
    assert "ok   also good" in said
    assert said.splitlines()[-1] == "failed: bad"
    assert lint.main(["good"]) == 0


def test_a_check_that_breaks_off_is_run_in_its_plain_form(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lint, "CHECKS", {"types": _check("raise SystemExit(2)")})
    monkeypatch.setattr(lint, "AGAIN", {"types": _check("")})
    assert lint.main([]) == 0
    monkeypatch.setattr(lint, "CHECKS", {"types": _check("print('line 7'); raise SystemExit(1)")})
    assert lint.main([]) == 1
    assert "line 7" in capsys.readouterr().out


def test_an_unknown_check_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main(["beauty"]) == 2
    assert "beauty" in capsys.readouterr().err
