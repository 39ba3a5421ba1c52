"""Rows of the history: which epochs get one, and concurrent reading."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from aegui.core.training.record.history import (
    RUN_COLUMNS,
    History,
    next_recorded_epoch,
)


def rows_until(last: int) -> list[int]:
    epochs = [0]
    while epochs[-1] < last:
        epochs.append(next_recorded_epoch(epochs[-1], last))
    return epochs


def append(history: History, epoch: int) -> None:
    values = {name: np.full(history.runs, epoch) for name in RUN_COLUMNS}
    history.append(epoch=epoch, seconds=epoch / 10, learning_rate=0.1, **values)


def test_the_rows_do_not_depend_on_where_one_starts() -> None:
    rows = rows_until(30_003)
    assert rows[:51] == list(range(51))
    assert rows[51:53] == [60, 70]
    assert rows[-1] == 30_003
    for epoch in range(30_003):
        assert next_recorded_epoch(epoch, 30_003) == rows[bisect_right(rows, epoch)]


def test_rows_grow_with_the_logarithm_of_the_epochs() -> None:
    rows = np.array(rows_until(1_000_000))
    assert len(rows) < 2_500
    late = rows[rows >= 1_000]
    assert (np.diff(late) <= late[:-1] / 100).all()


def test_a_view_stays_as_it_was_while_rows_are_added() -> None:
    history = History(2)
    append(history, 0)
    view = history.view()
    for epoch in range(1, 2000):
        append(history, epoch)
    assert len(view) == 1
    assert view.loss.shape == (1, 2)
    full = history.view()
    assert np.array_equal(full.epoch, np.arange(2000))
    assert np.array_equal(full.loss[:, 1], np.arange(2000))


def test_a_history_goes_on_after_a_view() -> None:
    history = History(1)
    append(history, 0)
    copy = History.from_view(history.view())
    append(copy, 1)
    assert list(copy.view().epoch) == [0, 1]
    assert len(history) == 1


def test_a_view_stays_as_it_was_when_rows_are_dropped_and_added_again() -> None:
    history = History(1)
    for epoch in range(4):
        append(history, epoch)
    view = history.view()
    history.cut(1)
    assert list(history.view().epoch) == [0, 1]
    append(history, 7)
    assert list(history.view().epoch) == [0, 1, 7]
    assert list(view.epoch) == [0, 1, 2, 3]
    assert view.loss[:, 0].tolist() == [0, 1, 2, 3]
