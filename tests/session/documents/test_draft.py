"""Drafts: what is shared between the samples that take part and those to choose from."""

from __future__ import annotations

import numpy as np

from aegui.core.data.builtin import load_builtin
from aegui.core.recipe import DataSpec, Recipe
from aegui.session.documents.draft import fresh_draft, is_quick_source, joined_draft


def test_a_whole_set_is_joined_once() -> None:
    more = load_builtin("uppercase").subset([0])
    joined = joined_draft(fresh_draft(Recipe()), more)
    assert joined.dataset is joined.pool
    assert joined.dataset.labels[-1] == more.labels[0]
    assert joined.selected.tolist() == list(range(len(joined.pool)))
    part = joined_draft(fresh_draft(Recipe(data=DataSpec(chars="abc"))), more)
    assert part.dataset.labels == ("a", "b", "c", more.labels[0])
    np.testing.assert_array_equal(part.pool.images[part.selected], part.dataset.images)


def test_a_home_that_nobody_has_is_left_to_the_reader() -> None:
    assert is_quick_source("~nobody-of-that-name/x")
