"""Files of maps: read back, and the rendered picture checked."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.projections import ProjectionOptions
from aegui.core.latent.view_files import (
    views_csv,
    views_document,
)
from aegui.core.latent.views import (
    figures,
    make_view,
    material,
    reference_figures,
    reference_label,
    with_codes,
)
from tests.core.latent.linear import groups, linear_codec

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Material, View

    Parts = tuple[Dataset, Material, list[View]]

OPTIONS = ProjectionOptions(samples=30)


@pytest.fixture
def parts() -> Parts:
    dataset = groups()
    of = with_codes(material(dataset, OPTIONS), linear_codec(dataset, 3))
    return dataset, of, [make_view(key, of, OPTIONS) for key in ("code", "pca")]


def test_a_row_for_each_sample(parts: Parts) -> None:
    dataset, of, views = parts
    rows = list(csv.DictReader(io.StringIO(views_csv(dataset, of, views))))
    assert [int(row["index"]) for row in rows] == of.indices.tolist()
    assert rows[3]["label"] == dataset.labels[of.indices[3]]
    assert rows[3]["name"] == dataset.names[of.indices[3]]
    for axis, column in enumerate(("code_x", "code_y")):
        got = [float(row[column]) for row in rows]
        np.testing.assert_allclose(got, views[0].coordinates[:, axis], rtol=1e-5)
    assert list(rows[0])[-2:] == ["pca_x", "pca_y"]


def test_the_document_holds_places_and_figures(parts: Parts) -> None:
    dataset, of, views = parts
    found = {view.key: figures(view, of) for view in views}
    document = views_document(dataset, of, views, found, reference_figures(of))
    assert (document["samples"], document["of"], document["latent_size"]) == (30, 60, 3)
    code, pca = document["views"]
    assert code["epoch"] == 7
    assert code["squared_error"] is None
    assert pca["squared_error"] == pytest.approx(found["pca"].squared_error)
    assert len(pca["explained"]) == 2
    np.testing.assert_array_equal(pca["places"], views[1].coordinates)
    assert set(document["references"]) == {"pixels", "whole-code", "pca-k"}
    assert reference_label("pca-k", 3) == "PCA with 3 numbers"
    brief = views_document(dataset, of, views, found, {}, with_coordinates=False)
    assert "indices" not in brief
    assert "places" not in brief["views"][0]
