"""Concepts: the difference of the means of two groups of samples, and its effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.concepts import Concept
from aegui.core.latent.novelty import known
from aegui.features.making.model.concept_service import STOPS, ConceptResult, ConceptService
from aegui.features.making.model.making import MakingSubject
from aegui.session.map.codes_service import described
from tests.session.parts import codec, glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


def subject(seed: int = 0) -> MakingSubject:
    dataset = glyphs(seed=seed)
    return MakingSubject(codec(), dataset, known(dataset, True), None, False, 0)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[ConceptService]:
    made = ConceptService()
    made.set_active(True)
    yield made
    made.shutdown()
    made.deleteLater()


def computed(service: ConceptService) -> ConceptResult:
    assert service.latest is not None
    return service.latest


def test_one_step_is_a_minus_b_plus_c(service: ConceptService, qtbot: QtBot) -> None:
    made = subject()
    codes = made.codec.encode(made.dataset.flat())
    service.set_subject(made)
    service.set_box("plus", (0, 1))
    service.set_box("minus", (2, 3, 4))
    with qtbot.waitSignal(service.places.answered) as told:
        service.set_box("start", (5,))
    expected = codes[:2].mean(axis=0) - codes[2:5].mean(axis=0) + codes[5]
    np.testing.assert_allclose(computed(service).code(1.0), expected, rtol=1e-5, atol=1e-5)
    applied = told.args[0]
    assert applied.amount == 1.0
    np.testing.assert_allclose(applied.code, expected, rtol=1e-5, atol=1e-5)
    drawn = made.codec.decode(applied.code).reshape(1, 1, 35)
    np.testing.assert_allclose(applied.image, drawn, rtol=1e-5, atol=1e-6)


def test_the_slider_runs_from_end_to_end(service: ConceptService) -> None:
    made = subject()
    service.set_subject(made)
    service.set_box("plus", (0,))
    service.set_box("minus", (1,))
    result = computed(service)
    assert result.images.shape == (STOPS, 1, 1, 35)
    assert result.amounts[0] == pytest.approx(result.concept.low)
    assert result.amounts[-1] == pytest.approx(result.concept.high)
    end = made.codec.decode(result.code(float(result.amounts[-1]))).reshape(1, 1, 35)
    np.testing.assert_allclose(result.images[-1], end, rtol=1e-4, atol=1e-5)
    # With C empty the path starts at the mean of B.
    np.testing.assert_allclose(result.base, made.codec.encode(made.dataset.flat()[1])[0], rtol=1e-5)


def test_without_b_all_samples_count(service: ConceptService) -> None:
    made = subject()
    codes = made.codec.encode(made.dataset.flat())
    service.set_subject(made)
    service.set_box("plus", (3,))
    direction = np.array(computed(service).concept.direction)
    np.testing.assert_allclose(direction, codes[3] - codes.mean(axis=0), rtol=1e-4, atol=1e-6)


def test_codes_that_become_known_are_taken(service: ConceptService) -> None:
    made = subject()
    service.set_subject(made)
    service.set_box("plus", (3,))
    before = computed(service)
    # Those of two samples: the first that are known of a large set.
    codes = made.codec.encode(made.dataset.flat()[:2])
    service.set_subject(replace(made, codes=described(codes, np.arange(2), 8, made.codec)))
    assert computed(service) is not before
    np.testing.assert_allclose(computed(service).base, codes.mean(axis=0), rtol=1e-5)


def test_a_kept_concept_starts_at_the_mean_before_the_codes_are_known(
    service: ConceptService,
) -> None:
    made = subject()
    service.set_subject(made)
    service.set_stored(Concept("up", (0.0, 2.0), -1.0, 1.0, 3.0))
    mean = made.codec.encode(made.dataset.flat()).mean(axis=0)
    np.testing.assert_allclose(computed(service).base, mean, rtol=1e-5)


def test_boxes_of_the_same_samples_are_refused(service: ConceptService, qtbot: QtBot) -> None:
    service.set_subject(subject())
    service.set_box("plus", (1, 2))
    with qtbot.waitSignal(service.failed) as told:
        service.set_box("minus", (2, 1))
    assert "nothing sets them apart" in told.args[0]
    assert service.latest is None


def test_a_sample_lies_in_a_box_once(service: ConceptService, qtbot: QtBot) -> None:
    service.set_subject(subject())
    service.set_box("plus", (1, 2))
    service.add("plus", (2, 4))
    assert service.box("plus") == (1, 2, 4)
    with qtbot.assertNotEmitted(service.boxes_changed):
        service.add("plus", (4,))


def test_other_samples_empty_the_boxes(service: ConceptService) -> None:
    made = subject()
    service.set_subject(made)
    service.set_box("plus", (1,))
    other = glyphs(seed=5)
    service.set_subject(replace(made, dataset=other, known=known(other, True)))
    assert service.box("plus") == ()
    assert service.latest is None


def test_a_kept_concept_is_used_instead_of_the_boxes(service: ConceptService) -> None:
    service.set_subject(subject())
    kept = Concept("up", (0.0, 2.0), -1.0, 1.0, 3.0)
    service.set_stored(kept)
    service.set_start((0.5, 0.25))
    result = computed(service)
    assert result.concept is kept
    np.testing.assert_allclose(result.code(0.5), [0.5, 1.25])
    service.set_box("plus", (0,))
    assert service.stored is None
    assert computed(service).concept is not kept


def test_a_pin_is_what_it_is_applied_to(service: ConceptService) -> None:
    service.set_subject(subject())
    service.set_box("plus", (0,))
    service.set_box("start", (1, 2))
    service.set_start((0.5, -0.5))
    assert service.box("start") == ()
    np.testing.assert_allclose(computed(service).base, [0.5, -0.5])
    service.set_box("start", (1,))
    assert service.start == ()


def test_nothing_is_computed_while_nobody_looks(service: ConceptService) -> None:
    service.set_active(False)
    service.set_subject(subject())
    service.set_box("plus", (0,))
    assert service.latest is None
    service.set_active(True)
    assert service.latest is not None


def test_nothing_of_another_document_stays(service: ConceptService) -> None:
    service.set_subject(subject())
    service.set_box("plus", (0, 7))
    service.set_start((1.0, 2.0))
    service.set_subject(subject(seed=5))
    assert service.start == ()
    assert service.box("plus") == ()
    service.set_box("plus", (0, 7))
    # In between, a document without training.
    service.set_subject(None)
    service.set_subject(subject())
    assert service.box("plus") == ()
    assert service.latest is None
