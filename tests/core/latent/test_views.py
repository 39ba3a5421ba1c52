"""Views of a network that equals PCA, so that they must agree."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.map_quality import trustworthiness
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.projections import METHODS, ProjectionOptions
from aegui.core.latent.views import (
    VIEWS,
    figures,
    make_view,
    material,
    reference_figures,
    reference_label,
    views_csv,
    views_document,
    with_codes,
)
from tests.core.latent.linear import groups, linear_codec

OPTIONS = ProjectionOptions(iterations=50)


def test_the_table_names_methods_that_there_are() -> None:
    assert {spec.method for spec in VIEWS.values()} == {"", *METHODS}
    assert all(key == spec.key for key, spec in VIEWS.items())
    assert [key for key, spec in VIEWS.items() if spec.quick] == ["code", "pca", "pca-code"]


def test_a_map_is_of_the_samples_that_were_drawn() -> None:
    of = material(groups(60), replace(OPTIONS, samples=20))
    np.testing.assert_array_equal(of.pixels, groups(60).flat()[of.indices])
    np.testing.assert_array_equal(of.classes, of.indices % 3)


def test_a_linear_network_and_pca_are_one_map() -> None:
    dataset = groups()
    of = with_codes(material(dataset, OPTIONS), linear_codec(dataset))
    learnt, flat = make_view("code", of, OPTIONS), make_view("pca", of, OPTIONS)
    np.testing.assert_allclose(learnt.coordinates, flat.coordinates, atol=1e-5)
    assert (learnt.epoch, flat.epoch) == (7, None)
    mine, theirs = figures(learnt, of), figures(flat, of)
    assert mine.trustworthiness == pytest.approx(theirs.trustworthiness, abs=1e-6)
    assert mine.trustworthiness == pytest.approx(
        trustworthiness(of.pixels, flat.coordinates), abs=1e-6
    )
    assert mine.knn_accuracy == theirs.knn_accuracy == 1.0
    assert mine.squared_error == pytest.approx(theirs.squared_error, rel=1e-4)
    assert theirs.squared_error == pytest.approx(fit_pca(dataset.flat(), 2).error())
    # The components of codes that are components already.
    again = make_view("pca-code", of, OPTIONS)
    np.testing.assert_allclose(np.abs(again.coordinates), np.abs(flat.coordinates), atol=1e-4)
    assert figures(again, of).squared_error == pytest.approx(theirs.squared_error, rel=1e-4)


def test_what_cannot_be_made_again_from_its_map_has_no_error() -> None:
    dataset = groups()
    of = with_codes(material(dataset, OPTIONS), linear_codec(dataset))
    for key in ("tsne", "tsne-code"):
        found = figures(make_view(key, of, OPTIONS), of)
        assert found.squared_error is None
        assert found.knn_accuracy == 1.0
        assert found.seconds is not None
        assert found.seconds > 0


def test_a_code_of_many_numbers_is_compared_with_as_many_components() -> None:
    dataset = groups()
    of = with_codes(material(dataset, OPTIONS), linear_codec(dataset, 5), (4, 1))
    assert of.codes is not None
    learnt = make_view("code", of, OPTIONS)
    np.testing.assert_array_equal(learnt.coordinates, of.codes[:, [4, 1]])
    # Two of five numbers make no image.
    assert figures(learnt, of).squared_error is None
    found = reference_figures(of)
    assert list(found) == ["pixels", "whole-code", "pca-k"]
    assert found["pixels"].knn_accuracy == 1.0
    assert found["whole-code"].squared_error == pytest.approx(
        found["pca-k"].squared_error, rel=1e-4
    )
    assert list(reference_figures(material(dataset, OPTIONS))) == ["pixels"]


def test_of_too_few_samples_no_map_has_a_trustworthiness() -> None:
    dataset = groups(24)
    of = with_codes(material(dataset, OPTIONS), linear_codec(dataset, 3))
    found = {"pca": figures(make_view("pca", of, OPTIONS), of), **reference_figures(of)}
    assert {key: row.trustworthiness for key, row in found.items()} == dict.fromkeys(found)
    more = material(groups(27), OPTIONS)
    assert reference_figures(more)["pixels"].trustworthiness == 1.0


def test_without_a_network_or_with_another_one() -> None:
    dataset = groups()
    plain = material(dataset, OPTIONS)
    with pytest.raises(AeguiError, match="There are no codes"):
        make_view("code", plain, OPTIONS)
    other = replace(plain, pixels=plain.pixels[:, :6])
    assert with_codes(other, linear_codec(dataset)).codes is None
    with pytest.raises(Cancelled):
        with_codes(plain, linear_codec(dataset), cancelled=lambda: True)


def test_labels_that_are_all_different_have_no_votes() -> None:
    of = replace(material(groups(), OPTIONS), classes=np.arange(60))
    assert figures(make_view("pca", of, OPTIONS), of).knn_accuracy is None


if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Material, View

    Parts = tuple[Dataset, Material, list[View]]

FEW_SAMPLES = ProjectionOptions(samples=30)


@pytest.fixture
def parts() -> Parts:
    dataset = groups()
    of = with_codes(material(dataset, FEW_SAMPLES), linear_codec(dataset, 3))
    return dataset, of, [make_view(key, of, FEW_SAMPLES) for key in ("code", "pca")]


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
