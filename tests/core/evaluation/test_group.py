"""Statistics of a group of samples, compared with plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.errors import Cancelled
from aegui.core.evaluation import group
from aegui.core.evaluation.group import described_group
from tests.session.parts import codec, glyphs


def test_pictures_labels_error_and_codes() -> None:
    dataset, network = glyphs(12), codec()
    network.image_shape = dataset.image_shape
    chosen = np.array([1, 4, 9])
    found = described_group(dataset, chosen, network)
    images, rows = dataset.images[chosen], dataset.flat()[chosen]
    np.testing.assert_allclose(found.mean, images.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.spread, images.std(axis=0), atol=1e-6)
    assert found.labels == (("b", 1), ("e", 1), ("j", 1))
    wrong = ((network.reconstruct(rows) > 0.5) != (rows > 0.5)).sum(axis=1)
    assert found.error == pytest.approx(wrong.mean())
    codes = network.encode(rows)
    assert found.middle is not None
    assert found.extent is not None
    np.testing.assert_allclose(found.middle, codes.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.extent, codes.std(axis=0), rtol=1e-5)
    assert (found.count, found.looked_at, found.epoch) == (3, 3, 3)
    squared = described_group(dataset, chosen, network, glyphs=False).error
    answers = network.reconstruct(rows)
    assert squared == pytest.approx(float(np.square(answers - rows).sum(axis=1).mean()), rel=1e-5)


def test_without_a_network_that_fits_only_the_images_are_told() -> None:
    dataset = glyphs(height=8, width=8)
    for network in (None, codec()):
        found = described_group(dataset, np.array([0, 2]), network)
        assert found.error is None
        assert found.middle is None
        assert found.mean.shape == (1, 8, 8)


def test_of_a_large_group_a_part_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MAX", 4)
    found = described_group(glyphs(12), np.arange(10))
    assert (found.count, found.looked_at, len(found.labels)) == (10, 4, 10)


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        described_group(glyphs(), np.arange(3), cancelled=lambda: True)
