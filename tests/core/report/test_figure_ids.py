"""Ids of figures survive a round trip and lead to their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.errors import AeguiError
from aegui.core.library.library import Library
from aegui.core.report.figure_ids import FigureId, is_figure_id, read_figure_id
from aegui.core.report.figure_runs import find_run, run_mark
from aegui.core.run_file.saved import load_run
from aegui.paths import library_dir, models_dir

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "one",
    [
        FigureId("latent", "letters-2d", "0123456789abcdef", "last", 3),
        FigureId("noisy-005", "ñandú 50 %~#@/x", "0123456789abcdef"),
        FigureId("how-long-to-train-curves", "letters-epochs"),
    ],
)
def test_an_id_comes_back_as_it_was(one: FigureId) -> None:
    assert is_figure_id(one.text)
    assert " " not in one.text
    assert read_figure_id(f"  {one.text}\n") == one
    assert one.is_study == (not one.mark)


def test_an_id_copied_from_a_pdf_has_a_ligature() -> None:
    one = FigureId("latent", "letters-2d", "0123456789abcdef")
    copied = one.text.replace("fi", "\N{LATIN SMALL LIGATURE FI}")
    assert copied != one.text
    assert is_figure_id(copied)
    assert read_figure_id(copied) == one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aegui-figure:",
        "aegui-figure:latent@letters-2d",
        "aegui-figure:latent@letters-2d~0123#best,0",
        "aegui-figure:latent@study:x~0123456789abcdef#best,0",
        "aegui-figure:latent@x~0123456789abcdef#worst,0",
        "aegui-figure:latent@x~0123456789abcdef#best,0 and more",
        "aegui-figure:" + "x" * 10_000,
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(AeguiError):
        read_figure_id(text)


def test_a_run_is_found_among_models_files_and_the_library(user_home: Path, tmp_path: Path) -> None:
    shipped = models_dir() / "letters-2d.aegui"
    run = load_run(shipped)
    mark = run_mark(run.recipe)
    assert find_run(FigureId("latent", "letters-2d", mark), ()) == shipped
    elsewhere = tmp_path / "mine.aegui"
    elsewhere.write_bytes(shipped.read_bytes())
    other = FigureId("latent", "mine", mark)
    assert find_run(other, ()) is None
    assert find_run(other, (tmp_path / "gone.aegui", elsewhere)) == elsewhere
    with Library(library_dir()) as library:
        entry = library.keep(run)
        kept = library.path(entry.id)
    assert find_run(other, ()) == kept
    assert find_run(FigureId("latent", "mine", "0" * 16), (elsewhere,)) is None
