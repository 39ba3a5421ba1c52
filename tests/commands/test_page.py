"""``aegui page``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.core.data.store import megabytes
from aegui.paths import models_dir
from tests.core.web_page.test_document import document_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LETTERS = str(models_dir() / "letters-2d.aegui")
DENOISE = str(models_dir() / "letters-denoise.aegui")


def test_several_runs_become_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "class.html"
    assert main(["page", LETTERS, DENOISE, "--title", "Our maps", "-o", str(out)]) == 0
    said = capsys.readouterr().out
    # Larger pages are told in megabytes: 8.3 MB, not 8289 KB.
    assert f"2 networks, {megabytes(out.stat().st_size)}, is written" in said
    assert str(out) in said
    document = document_of(out.read_text(encoding="utf-8"))
    assert document["title"] == "Our maps"
    names = [network["name"] for network in document["networks"]]
    assert names == ["letters-2d", "letters-denoise"]


def test_last_weights_are_told(tmp_path: Path) -> None:
    out = tmp_path / "last.html"
    assert main(["page", LETTERS, "--weights", "last", "-o", str(out)]) == 0
    (network,) = document_of(out.read_text(encoding="utf-8"))["networks"]
    assert network["about"]["weights"] == "last"


def test_what_cannot_be_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", LETTERS, "-o", str(tmp_path / "map.txt")]) == 2
    assert "the suffix must be one of .html, .htm" in capsys.readouterr().err
    assert main(["page", str(tmp_path / "none.aegui"), "-o", str(tmp_path / "m.html")]) == 2
    assert not (tmp_path / "m.html").exists()
