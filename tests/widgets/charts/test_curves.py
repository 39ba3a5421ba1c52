"""The data behind the curves."""

from __future__ import annotations

import csv
import io

import numpy as np

from aegui.core.training.record.history import History, HistoryView
from aegui.core.training.terms import TERMS
from aegui.kit.charts.axes import finite_pieces
from aegui.widgets.charts.curves import (
    CHARTS,
    applies,
    curves_of,
    seeds_csv,
    value_text,
)

SPECS = {chart.key: chart for chart in CHARTS}


def some_history(rows: int, runs: int) -> HistoryView:
    history = History(runs)
    base = np.arange(1, runs + 1, dtype=np.float32)
    for row in range(rows):
        history.append(
            epoch=10 * row,
            seconds=0.5 * row,
            learning_rate=0.01,
            loss=base / (row + 1),
            wrong_mean=base * 2,
            wrong_max=base * 3,
            share_at_most_1=np.full(runs, 0.25),
        )
    return history.view()


def test_mean_and_band_of_several_runs() -> None:
    (curve,) = curves_of(SPECS["loss"], some_history(3, 4))
    assert curve.is_band
    np.testing.assert_allclose(curve.mean, [2.5, 1.25, 2.5 / 3], rtol=1e-6)
    np.testing.assert_allclose(curve.low, [1, 0.5, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(curve.high, [4, 2, 4 / 3], rtol=1e-6)


def test_a_run_that_diverged_is_left_out_of_the_mean() -> None:
    history = some_history(2, 2)
    loss = np.array([[1, 3], [np.nan, 5]], dtype=np.float32)
    (curve,) = curves_of(SPECS["loss"], HistoryView(**{**vars(history), "loss": loss}))
    assert curve.mean.tolist() == [2.0, 5.0]
    loss = np.array([[1, 3], [np.nan, np.inf]], dtype=np.float32)
    (curve,) = curves_of(SPECS["loss"], HistoryView(**{**vars(history), "loss": loss}))
    assert np.isnan(curve.mean[1])
    assert np.isnan(curve.low[1])


def test_one_run_has_no_band_and_the_rate_is_one_curve() -> None:
    (curve,) = curves_of(SPECS["loss"], some_history(3, 1))
    assert not curve.is_band
    (rate,) = curves_of(SPECS["rate"], some_history(3, 7))
    assert not rate.is_band


def test_pieces_between_gaps() -> None:
    assert finite_pieces(np.array([1.0, np.nan, 2.0, 3.0])) == [slice(0, 1), slice(2, 4)]
    assert finite_pieces(np.array([1.0, 2.0])) == [slice(0, 2)]
    assert finite_pieces(np.array([np.nan])) == []
    assert finite_pieces(np.empty(0)) == []


def test_csv_has_a_column_per_value_and_seed() -> None:
    history = some_history(3, 2)
    rows = list(csv.DictReader(io.StringIO(seeds_csv(history, (7, 8)))))
    assert [row["epoch"] for row in rows] == ["0", "10", "20"]
    assert np.float32(rows[2]["loss_seed_8"]) == np.float32(2 / 3)
    assert float(rows[1]["wrong_max_seed_7"]) == 3.0
    assert float(rows[1]["share_at_most_1_seed_7"]) == 0.25
    assert len(rows[0]) == 3 + 4 * 2


def test_values_in_words() -> None:
    (share,) = curves_of(SPECS["share"], some_history(3, 1))
    assert value_text(share, 0, SPECS["share"]) == "25%"
    (loss,) = curves_of(SPECS["loss"], some_history(3, 3), run=2)
    assert value_text(loss, 0, SPECS["loss"]) == "3 (mean 2)"
    assert value_text(loss, 0, SPECS["loss"], with_range=False) == "3"


def with_options(rows: int, **terms: list[float]) -> HistoryView:
    """Return a history of one run that has recorded ``terms``."""
    history = History(1, tuple(terms))
    for row in range(rows):
        further = {key: values[row] for key, values in terms.items()}
        plain = dict.fromkeys(("wrong_mean", "wrong_max", "share_at_most_1"), np.nan)
        history.append(
            epoch=row, seconds=row, learning_rate=0.1, loss=1.0 / (row + 1), **plain, **further
        )
    return history.view()


def test_every_term_has_a_curve_in_its_chart() -> None:
    for term in TERMS.values():
        columns = [curve.column for curve in SPECS[term.chart].curves]
        assert term.key in columns, term.key


def test_validation_is_a_dashed_line_beside_the_loss() -> None:
    validation, loss = curves_of(SPECS["loss"], with_options(3, validation_loss=[2.0, 1.5, 1.4]))
    assert (validation.spec.dash, loss.spec.dash) == (1, 0)
    np.testing.assert_allclose(validation.mean, [2.0, 1.5, 1.4], rtol=1e-6)
    assert [curve.spec.column for curve in curves_of(SPECS["loss"], with_options(3))] == ["loss"]


def test_the_loss_of_pre_training_is_not_drawn_as_that_of_the_classes() -> None:
    history = with_options(4, accuracy=[np.nan, np.nan, 0.5, 0.75])
    assert {"loss", "pre_training"} < {spec.key for spec in CHARTS if applies(spec, history)}
    (before,), (after,) = (curves_of(SPECS[key], history) for key in ("pre_training", "loss"))
    np.testing.assert_allclose(before.mean, [1.0, 0.5, np.nan, np.nan])
    np.testing.assert_allclose(after.mean, [np.nan, np.nan, 1 / 3, 0.25], rtol=1e-6)


def test_a_chart_applies_where_its_numbers_were_recorded() -> None:
    history = with_options(2, accuracy=[0.1, 0.2], kl=[np.nan, np.nan])
    assert {spec.key for spec in CHARTS if applies(spec, history)} == {"loss", "accuracy", "rate"}
    assert {spec.key for spec in CHARTS if applies(spec, some_history(2, 1))} == {
        "loss",
        "wrong",
        "share",
        "rate",
    }


def test_the_table_has_the_terms_and_parts_of_epochs() -> None:
    history = History(1, ("kl",))
    plain = dict.fromkeys(("wrong_mean", "wrong_max", "share_at_most_1"), 0.0)
    history.append(epoch=0.25, seconds=1, learning_rate=0.1, loss=1.0, kl=6.5, **plain)
    (row,) = csv.DictReader(io.StringIO(seeds_csv(history.view(), (7,))))
    assert (row["epoch"], row["kl_seed_7"]) == ("0.25", "6.5")
