from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.repairs import complete, repair, repaired
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

LETTERS = load_builtin("lowercase")
NOISY = corrupted(LETTERS.flat(), parse_corruption("flip:0.15"), 6)


@pytest.fixture(scope="module")
def codec() -> Codec:
    saved = load_run(models_dir() / "letters-denoise.aegui")
    return saved.codec(saved.best_run)


@pytest.mark.parametrize("threshold", [False, True])
def test_each_answer_is_the_next_input(codec: Codec, threshold: bool) -> None:
    found = repair(codec, NOISY[3].reshape(7, 5), 4, threshold=threshold)
    assert np.array_equal(found.images[0], NOISY[3])
    for step in range(len(found.changed)):
        assert np.array_equal(found.codes[step], codec.encode(found.images[step])[0])
        answer = codec.reconstruct(found.images[step])[0]
        if threshold:
            answer = (answer > 0.5).astype(np.float32)
        assert np.array_equal(found.images[step + 1], answer)
        switched = (found.images[step + 1] > 0.5) != (found.images[step] > 0.5)
        assert found.changed[step] == switched.sum()
    assert np.array_equal(found.answer, found.images[-1])
    assert len(found.codes) == len(found.images) == len(found.changed) + 1


@pytest.mark.parametrize("threshold", [False, True])
@pytest.mark.parametrize("steps", [1, 7])
def test_many_images_have_the_answers_of_each(codec: Codec, steps: int, threshold: bool) -> None:
    each = [repair(codec, row, steps, threshold=threshold).answer for row in NOISY]
    before = NOISY.copy()
    answers = repaired(codec, NOISY, steps, threshold=threshold)
    np.testing.assert_allclose(answers, np.stack(each), atol=1e-3)
    assert np.array_equal(NOISY, before)


def test_many_repairs_can_be_stopped_between_two_steps(codec: Codec) -> None:
    polled = iter([False, False, True])
    with pytest.raises(Cancelled):
        repaired(codec, NOISY, 100, cancelled=lambda: next(polled))


def test_it_ends_where_nothing_changes(codec: Codec) -> None:
    """An exactly reconstructed character is a fixed point."""
    found = repair(codec, LETTERS.flat()[3], 50, threshold=True)
    assert found.settled == 0
    assert found.changed.tolist() == [0]
    settled = [repair(codec, row, 100, threshold=True).settled for row in NOISY]
    assert all(step is not None and step < 100 for step in settled)
    assert max(step for step in settled if step is not None) > 0


def test_refusals(codec: Codec) -> None:
    with pytest.raises(ValueError, match="steps"):
        repair(codec, NOISY[0], 0)
    with pytest.raises(AeguiError, match="35 numbers"):
        repair(codec, np.zeros(9))


def test_a_completion_is_given_up_between_passes(codec: Codec) -> None:
    missing = np.zeros(35, np.bool_)
    missing[:15] = True
    stops = iter([False] * 3)
    with pytest.raises(Cancelled):
        complete(codec, NOISY, missing, 1_000, cancelled=lambda: next(stops, True))
    assert next(stops, None) is None
