"""Statistics of codes of networks small enough to compute by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.codes import BINS, code_statistics, dimension_figures
from aegui.core.evaluation.reconstruction import gradient_energy, reconstruction_figures
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import GanSpec, LatentSpec, NetworkSpec, Recipe
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

MEAN_WEIGHTS = np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
LOG_VARIANCES = np.array([-2.0, 0.5, 0.0])


def linear(
    *,
    gaussian: bool,
    bias: float = 0.0,
    gan: bool = False,
    answer: float = 0.0,
    slope: float | None = None,
) -> Codec:
    """Four pixels to three numbers and back, without any curve on the way to them.

    ``answer`` is what the sigmoid of every pixel takes. With ``slope``, the weight of each number
    of the code in every pixel, there is no sigmoid.
    """
    latent = LatentSpec(kind="gaussian" if gaussian else "plain", units=3)
    recipe = Recipe(
        network=NetworkSpec(
            encoder=(),
            latent=latent,
            output_activation="sigmoid" if slope is None else "identity",
        ),
        gan=GanSpec() if gan else None,
    )
    shapes = layer_shapes(recipe, (1, 2, 2)).layers
    layers = [
        {tensor.name: np.zeros((1, *tensor.shape), np.float32) for tensor in layer.tensors}
        for layer in shapes
    ]
    if not gan:
        layers[0]["weight"][0, :, :3] = MEAN_WEIGHTS
        layers[0]["bias"][0, ..., :3] = bias
        if gaussian:
            layers[0]["bias"][0, ..., 3:] = LOG_VARIANCES
    layers[-1]["bias"][:] = answer
    layers[-1]["weight"][:] = slope or 0.0
    return Codec(recipe, (1, 2, 2), Snapshot(5, tuple(map(LayerWeights, layers))))


def images(count: int = 50) -> Dataset:
    return Dataset.from_images("noise", np.random.default_rng(3).random((count, 2, 2)))


def test_kl_of_each_dimension_is_the_closed_form() -> None:
    data = images()
    found = dimension_figures(linear(gaussian=True), data)
    codes = data.flat() @ MEAN_WEIGHTS
    wide = np.exp(LOG_VARIANCES)
    expected = 0.5 * (np.square(codes) + wide - 1 - LOG_VARIANCES).mean(axis=0)
    assert found.kl is not None
    np.testing.assert_allclose(found.kl, expected, rtol=1e-5)
    # A dimension that is the prior itself tells nothing.
    assert found.kl[2] == pytest.approx(0.0, abs=1e-7)
    whole = reconstruction_figures(linear(gaussian=True), data).kl
    assert whole == pytest.approx(found.kl.sum(), rel=1e-5)


def test_kl_agrees_with_monte_carlo() -> None:
    data = images(1)
    found = dimension_figures(linear(gaussian=True), data).kl
    assert found is not None
    mean = (data.flat() @ MEAN_WEIGHTS)[0]
    spread = np.exp(LOG_VARIANCES / 2)
    drawn = mean + spread * np.random.default_rng(0).standard_normal((400_000, 3))
    posterior = -0.5 * np.square((drawn - mean) / spread) - np.log(spread)
    ratio = posterior + 0.5 * np.square(drawn)
    np.testing.assert_allclose(found, ratio.mean(axis=0), atol=0.01)


def test_gradient_energy_is_that_of_neighbours_in_rows_and_columns() -> None:
    image = np.array([[[[0.0, 1.0, 1.0], [0.0, 0.5, 1.0]]]], np.float32)
    assert gradient_energy(image) == pytest.approx(1 + 0 + 0.25 + 0.25 + 0.25, rel=1e-6)
    both = np.concatenate([image, image / 2])
    assert gradient_energy(both) == pytest.approx(1.75 * 1.25, rel=1e-6)


def test_an_answer_that_is_always_grey_has_no_sharpness() -> None:
    codec = linear(gaussian=False)
    assert reconstruction_figures(codec, images()).sharpness == 0.0
    flat = Dataset.from_images("flat", np.full((3, 2, 2), 0.25))
    assert reconstruction_figures(codec, flat).sharpness is None


@pytest.mark.parametrize("answer", [200.0, -200.0, 14.0, 3.0])
def test_the_cross_entropy_is_the_one_that_is_trained_by(answer: float) -> None:
    data = Dataset.from_images("half", np.array([[[0.0, 1.0], [1.0, 0.25]]]))
    codec = linear(gaussian=False, answer=answer)
    output = torch.from_numpy(codec.reconstruct(data.flat()))
    loss = binary_cross_entropy(output, torch.tensor(data.flat()), reduction="sum")
    found = reconstruction_figures(codec, data).cross_entropy
    assert found == pytest.approx(float(loss), rel=1e-5)


def test_the_terms_of_the_bound_add_up_to_it() -> None:
    found = reconstruction_figures(linear(gaussian=True), images())
    assert found.bound is not None
    assert found.kl is not None
    assert found.drawn_cross_entropy is not None
    assert found.bound == pytest.approx(found.drawn_cross_entropy + found.kl, rel=1e-12)
    plain = reconstruction_figures(linear(gaussian=False), images())
    assert (plain.bound, plain.kl, plain.drawn_cross_entropy) == (None, None, None)
    assert plain.cross_entropy is not None


def test_outputs_of_drawn_codes_beyond_0_to_1_have_no_cross_entropy() -> None:
    data, codec = images(), linear(gaussian=True, slope=0.05)
    found = reconstruction_figures(codec, data)
    answers = codec.reconstruct(data.flat())
    assert 0.0 <= answers.min() < answers.max() <= 1.0
    assert found.cross_entropy is not None
    assert (found.drawn_cross_entropy, found.bound) == (None, None)
    assert found.kl is not None


def test_means_variances_and_use_are_those_of_the_codes() -> None:
    data = images()
    found = dimension_figures(linear(gaussian=False, bias=0.25), data)
    codes = data.flat() @ MEAN_WEIGHTS + 0.25
    assert found.kl is None
    assert (found.samples, found.size) == (50, 3)
    np.testing.assert_allclose(found.mean, codes.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.variance, codes.var(axis=0), rtol=1e-4, atol=1e-9)
    assert found.used.tolist() == [True, True, False]


def test_every_number_of_the_codes_is_in_one_bin() -> None:
    data = images()
    found = dimension_figures(linear(gaussian=False), data)
    codes = data.flat() @ MEAN_WEIGHTS
    assert found.counts.sum() == codes.size
    assert len(found.edges) == len(found.counts) + 1 == BINS + 1
    assert found.edges[0] == pytest.approx(codes.min())
    assert found.edges[-1] == pytest.approx(codes.max(), rel=1e-6)
    assert found.counts[0] >= 50, "the dimension that is always 0"


def test_constant_codes_have_a_histogram_too() -> None:
    black = Dataset.from_images("black", np.zeros((3, 2, 2)))
    found = dimension_figures(linear(gaussian=False, bias=7.0), black)
    assert found.counts.sum() == found.counts.max() == 9
    assert found.edges[0] < 7.0 < found.edges[-1]
    assert not found.used.any()


def test_statistics_of_a_linear_code() -> None:
    data = images(400)
    found = code_statistics(linear(gaussian=False), data)
    assert (found.samples, found.units, found.most_active) == (400, 3, 2)
    assert found.used_dimensions == 2
    # The Jacobian of a linear encoder is its matrix.
    assert found.jacobian == pytest.approx(np.square(MEAN_WEIGHTS).sum(), rel=1e-5)
    assert found.jacobian_samples == 400
    few = code_statistics(linear(gaussian=False), data, work=1)
    assert (few.samples, few.jacobian_samples) == (400, 16)
    assert few.jacobian == pytest.approx(np.square(MEAN_WEIGHTS).sum(), rel=1e-5)
    assert few.mean_activation == found.mean_activation


def test_the_jacobian_of_a_k_sparse_code_does_not_step_over_the_switch() -> None:
    """Two nearly equal numbers: a finite difference would jump where the selected one changes."""
    latent = LatentSpec(units=3, top_k=1)
    recipe = Recipe(network=NetworkSpec(encoder=(), latent=latent))
    layers = [
        {tensor.name: np.zeros((1, *tensor.shape), np.float32) for tensor in layer.tensors}
        for layer in layer_shapes(recipe, (1, 2, 2)).layers
    ]
    layers[0]["weight"][0] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    layers[0]["bias"][0] = 50.0
    codec = Codec(recipe, (1, 2, 2), Snapshot(5, tuple(map(LayerWeights, layers))))
    alike = np.full((30, 2, 2), 0.5) + np.random.default_rng(0).random((30, 2, 2)) * 1e-3
    found = code_statistics(codec, Dataset.from_images("alike", alike))
    assert found.jacobian == pytest.approx(1.0, rel=1e-5)
    assert found.most_active == 1


def test_large_sets_are_sampled_the_same_every_time() -> None:
    data = images(500)
    codec = linear(gaussian=True)
    few = dimension_figures(codec, data, samples=100)
    again = dimension_figures(codec, data, samples=100)
    assert few.samples == code_statistics(codec, data, samples=100).samples == 100
    assert np.array_equal(few.mean, again.mean)
    np.testing.assert_allclose(few.mean, dimension_figures(codec, data).mean, atol=0.3)


def test_it_can_be_stopped_and_a_generator_is_refused() -> None:
    for look in (code_statistics, dimension_figures):
        with pytest.raises(Cancelled):
            look(linear(gaussian=True), images(), cancelled=lambda: True)
        with pytest.raises(AeguiError, match="no encoder"):
            look(linear(gaussian=False, gan=True), images())
