"""Published figures: every row can be repeated; a tick is set by the library."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.load import load_data
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.run_figures import RUN_FIGURES, run_figure
from aegui.core.i18n import set_language
from aegui.core.library.entry import LibraryEntry, SeedRow
from aegui.core.parity.reached import (
    compared_words,
    expected_place,
    expected_words,
    is_reached,
    parity_csv,
    parity_html,
    parity_key,
    sign_of,
    states_of,
)
from aegui.core.parity.rows import ORDERS, WORKS, ParityRow, _settings, parity_rows
from aegui.core.recipe import CorruptionSpec, DataSpec
from aegui.core.setup_line.reading import read_line
from aegui.paths import resources_dir
from installer.translations import texts_of_parity

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.recipe import Recipe

ROWS = {row.id: row for row in parity_rows()}


def entry(
    recipe: Recipe, created: str = "2026-01-02T03:04:05", epochs: int = 10**9, **seeds: float
) -> LibraryEntry:
    """Return a kept run whose figures are all the same number; seeds as ``s3=0.5``."""
    rows = tuple(
        SeedRow(
            seed=int(name[1:]),
            figures={**dict.fromkeys(RUN_FIGURES, value), "epochs": float(epochs)},
        )
        for name, value in seeds.items()
    )
    kept = recipe.model_copy(update={"seed": rows[0].seed, "runs": len(rows), "name": "mine"})
    return LibraryEntry(
        id=f"e{created[:4]}{len(rows)}",
        created=created,
        recipe=kept.model_dump(mode="json"),
        environment={"processor": "a processor"},
        seeds=rows,
    )


def state(row: ParityRow, *entries: LibraryEntry) -> bool | None:
    return states_of([row], entries)[0].is_reached


def test_ids_are_unique_and_texts_known_to_translators() -> None:
    assert len(ROWS) == len(parity_rows())
    texts = {text for row in parity_rows() for text in (row.what, row.published, row.note)}
    measured = [row.ours for row in parity_rows() if row.ours is not None]
    texts |= {text for ours in measured for text in (ours.words, ours.machine)}
    document = json.loads((resources_dir() / "parity.json").read_text("utf-8"))
    assert texts - {""} == set(texts_of_parity(document))
    assert {row.work for row in parity_rows()} == set(WORKS)


@pytest.mark.parametrize("row", parity_rows(), ids=lambda row: row.id)
def test_every_row_has_its_recipes(row: ParityRow) -> None:
    assert run_figure(row.figure).label != row.figure
    keys = [parity_key(recipe) for recipe in row.recipes]
    assert len(set(keys)) == len(keys), "cells that are the same"
    assert bool(row.study) != bool(row.recipe)
    assert (row.value is not None) == (row.claim in {"at_most", "at_least"})
    assert (row.claim in ORDERS) <= (len(keys) > 1)
    assert row.claim_words()
    if row.recipe:
        assert parity_key(read_line(row.line()).recipe) == keys[0]


def test_a_file_named_like_a_study_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = next(row.study for row in parity_rows() if row.study)
    (tmp_path / study).write_text("something else")
    monkeypatch.chdir(tmp_path)
    assert _settings.__wrapped__(study)


@pytest.mark.parametrize("row", parity_rows(), ids=lambda row: row.id)
def test_every_row_says_what_was_measured(row: ParityRow) -> None:
    assert row.ours is not None
    cells = [cell for cell in row.ours.cells if cell is not None]
    assert len(cells) == len(row.recipes)
    assert bool(is_reached(row, [cell.mean for cell in cells])) == row.ours.reached
    assert row.ours.reached or row.note, "why it is not reached"
    assert row.ours.machine in expected_place(row)
    assert expected_words(row)
    assert all(name in row.claim_words() for name in row.cell_names() if row.claim in ORDERS)
    if row.limit is not None and row.limit.kind != "pca" and not run_figure(row.figure).is_share:
        assert min(cell.mean for cell in cells) * row.scale >= 0.85 * row.limit.value  # drawn


def test_several_cells_are_told_beside_each_other() -> None:
    row = ROWS["A1-order"]
    names = ("balanced: 25-10", "over: 50-100", "under: 10-5")
    assert row.cell_names() == names
    balanced, over, under = (
        entry(recipe, s1=value) for recipe, value in zip(row.recipes, (0.01, 0.3, 0.2), strict=True)
    )
    state = states_of([row], [balanced, over, under])[0]
    assert state.figure() == "0.35 < 7"
    assert compared_words(row, state.cells) == (
        "balanced: 25-10 (0.35); over: 50-100 (10.5); under: 10-5 (7)"
    )
    known = states_of([row], [balanced, over])[0]
    assert known.is_reached is None
    assert compared_words(row, known.cells).endswith("under: 10-5 (–)")


def test_what_is_alike_is_at_most_a_quarter_apart() -> None:
    row = ROWS["B1-sets"]
    assert row.claim == "alike"
    assert is_reached(row, [2.0, 2.5, 2.2]) is True
    assert is_reached(row, [2.0, 2.6, 2.2]) is False
    assert is_reached(row, [2.0, None, 2.2]) is None


def test_pictures_of_ones_own_count_where_the_published_ones_are_not_ours() -> None:
    row = ROWS["B5-small"]
    own = row.recipe_on("/home/somebody/pictures of mine")
    assert own.data.source == "/home/somebody/pictures of mine"
    assert own.data.images == row.recipes[0].data.images
    assert state(row, entry(own, s0=2_000.0)) is True
    assert read_line(row.line("/home/somebody/pictures of mine")).recipe.data == own.data
    other = ROWS["C9-2"]
    assert not other.own_data
    assert state(other, entry(other.recipe_on("fashion"), s0=1.0)) is None


def test_seeds_names_devices_and_goals_do_not_count() -> None:
    row = ROWS["A2-uniform"]
    assert row.claim == "at_most"
    assert state(row) is None
    assert state(row, entry(row.recipes[0], s42=0.5, s43=1.0)) is True
    assert state(row, entry(row.recipes[0], s1=3.0)) is False
    other = row.recipes[0].model_copy(update={"data": DataSpec(source="uppercase")})
    assert state(row, entry(other, s42=0.0)) is None


def test_a_seed_that_was_trained_again_counts_once() -> None:
    row = ROWS["A2-uniform"]
    old = entry(row.recipes[0], "2025-01-01T00:00:00", s1=9.0, s2=0.0)
    new = entry(row.recipes[0], "2026-01-01T00:00:00", s1=0.0)
    found = states_of([row], [old, new])[0].cells[0]
    assert found is not None
    assert (found.seeds, found.mean, found.date) == ((1, 2), 0.0, "2026-01-01")
    assert found.processor == "a processor"


def test_a_training_that_was_stopped_is_not_done_but_may_be_good_enough() -> None:
    done = ROWS["A3-small"]
    assert done.claim == "trained"
    assert state(done, entry(done.recipes[0], epochs=9_999, s1=0.1)) is None
    assert state(done, entry(done.recipes[0], epochs=10_000, s1=0.1)) is True
    low = ROWS["A2-uniform"]
    assert state(low, entry(low.recipes[0], epochs=5, s1=0.1)) is True
    whole, stopped = entry(low.recipes[0], s1=0.1), entry(low.recipes[0], epochs=5, s1=9.0)
    assert state(low, whole, stopped) is state(low, stopped, whole) is True


def test_orders_need_the_others() -> None:
    row = ROWS["A1-order"]
    best, *others = row.recipes
    low, high = entry(best, s1=0.1), [entry(one, s1=0.5) for one in others]
    assert state(row, low) is None
    assert state(row, low, *high) is True
    assert state(row, entry(best, s1=0.6), *high) is False
    worst = ROWS["B1-worst"]
    assert worst.claim == "last"
    cells = [entry(one, s1=0.5) for one in worst.recipes[1:]]
    assert state(worst, entry(worst.recipes[0], s1=0.9), *cells) is True
    rate = ROWS["C4"]
    assert state(rate, entry(rate.recipes[0], s1=0.94)) is True
    assert state(rate, entry(rate.recipes[0], s1=0.9)) is False


@pytest.mark.parametrize(("id", "share"), [("A8-20", 0.2), ("A8-50", 0.5)])
def test_limits_are_those_of_the_program(id: str, share: float) -> None:
    row = ROWS[id]
    assert row.limit is not None
    dataset = load_data(DataSpec(source="lowercase"))
    noise = CorruptionSpec(kind="salt_pepper", level=share)
    found = limit(dataset.images, noise, draws=20_000)
    assert found.mean == pytest.approx(row.limit.value, rel=0.1)


def test_the_page_is_written_as_a_table_and_as_a_page() -> None:
    row = ROWS["A3-constant"].model_copy(update={"what": "<b>&"})
    states = states_of([row, ROWS["C8"]], [entry(row.recipes[0], s42=0.5, s43=0.7)])
    lines = list(csv.DictReader(io.StringIO(parity_csv(states))))
    assert [line["id"] for line in lines] == ["A3-constant", "C8"]
    assert float(lines[0]["mean"]) == pytest.approx(0.6 * 35)
    assert lines[0]["reached"] == "no"
    assert lines[0]["processor"] == "a processor"
    assert lines[1]["mean"] == ""
    assert lines[1]["limit"] == "13.87"
    assert float(lines[0]["std"]) > 0.0
    assert lines[1]["expected_seeds"] == "1"
    assert lines[1]["expected_std"] == ""
    page = parity_html(states)
    assert "&lt;b&gt;&amp;" in page
    assert "<td>A3-constant</td>" in page
    assert "default-src 'none'" in page
    assert sign_of(states[0]) in page
    set_language("es")
    assert "Cifras publicadas" in parity_html(states)
    assert "0,6" in parity_html(states) or "21" in parity_html(states)


@pytest.mark.usefixtures("spanish")
def test_the_machine_of_a_measurement_is_told_in_the_language_of_the_user() -> None:
    places = [expected_place(row) for row in parity_rows()]
    assert any("2 núcleos" in place for place in places)
    assert not any("cores" in place for place in places)
