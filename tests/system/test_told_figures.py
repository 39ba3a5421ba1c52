"""Figures in README and benchmark notes match the shipped models, and are consistent."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from aegui.core.data.corruption import parse_corruption
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.noise import noisy_score
from aegui.core.evaluation.reconstruction import reconstruction_figures
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.run_file.saved import SavedRun, load_run
from aegui.paths import models_dir

ROOT = Path(__file__).resolve().parents[2]
QUALITY, SPEED = (
    (ROOT / "tests" / "bench" / name).read_text(encoding="utf-8")
    for name in ("QUALITY.md", "NOTES.md")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
DRAWS = 16_000


def shipped(name: str) -> SavedRun:
    return load_run(models_dir() / f"{name}.aegui")


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


def row(start: str) -> list[str]:
    """Return the cells of the first table row in the notes that begins with ``start``."""
    line = next(line for line in (QUALITY + SPEED).splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_all_96_characters_fit_through_2_numbers_as_the_readme_says() -> None:
    assert re.search(r"all 96\s+characters fit through 2 numbers just as well", README)
    saved = shipped("letters-2d")
    codec, rows = saved.codec(saved.best_run), saved.dataset.flat()
    assert len(rows) == 96
    assert codec.latent_size == 2
    assert wrong_pixels(rows, codec.reconstruct(rows)).max() == 0


@pytest.mark.parametrize(
    ("kind", "levels", "part"),
    [("flip", (0.05, 0.1, 0.15, 0.2), 0), ("salt_pepper", (0.1, 0.2, 0.3, 0.5), 1)],
)
def test_the_denoiser_has_the_wrong_pixels_of_the_notes(
    kind: str, levels: tuple[float, ...], part: int
) -> None:
    told = numbers(row("the same, wrong pixels as counted")[1].split(",")[part])
    assert len(told) == len(levels)
    saved = shipped("letters-denoise")
    codec = saved.codec(saved.best_run)
    for level, value in zip(levels, told, strict=True):
        spec = parse_corruption(f"{kind}:{level}")
        score = noisy_score(codec, saved.dataset, spec, DRAWS, seed=0)
        assert score.mean == pytest.approx(value, rel=0.15, abs=0.01), spec
        assert score.limit is not None
        # "denoisers within 3% of the limit", plus sampling noise.
        assert score.mean < 1.15 * score.limit + 0.01


def test_the_limits_of_the_notes_are_those_of_the_program() -> None:
    saved = shipped("letters-denoise")
    for title, text in (("Flip 0.15", "flip:0.15"), ("Salt and pepper 0.3", "salt_pepper:0.3")):
        value, error = numbers(row(title)[3])
        found = limit(saved.dataset.flat(), parse_corruption(text), DRAWS)
        assert found.mean == pytest.approx(value, abs=4 * (error + found.error))


def test_the_terms_of_a_bound_add_up() -> None:
    pattern = r"\*\*([\d.]+)\*\* nats \(cross-entropy of a drawn code ([\d.]+) \+ KL ([\d.]+)"
    found = re.findall(pattern, QUALITY)
    assert len(found) == 2
    for bound, entropy, kl in found:
        assert float(entropy) + float(kl) == pytest.approx(float(bound), abs=0.11)
        assert f"{bound} nats" in README
    assert not re.search(r"nats \(cross-entropy [\d.]+ \+", QUALITY)


def test_how_many_times_less_follows_from_the_figures() -> None:
    for plain, pressed in (
        ("plain, 32 sigmoids", "`letters-contractive`"),
        ("MNIST, plain, 120 sigmoids", "`mnist-contractive`"),
    ):
        (before,) = numbers(row(plain)[3])
        after, times = numbers(row(pressed)[3])
        assert times == pytest.approx(before / after, rel=0.02)


def test_ratios_of_speed_follow_from_the_times() -> None:
    loop, one, hundred = (
        numbers(row(title)[1])
        for title in ("loop everybody writes", "ours, one run", "ours, population of 100")
    )
    assert loop[0] / one[0] == pytest.approx(one[1], rel=0.02)
    assert loop[0] / hundred[0] == pytest.approx(hundred[1], rel=0.02)
    told = re.search(r"\| the course network \| (\d+ to \d+) \|", README)
    assert told is not None
    low, high = numbers(told[1])
    assert low <= one[1] <= high + 0.5
    assert np.isfinite([low, high]).all()


@pytest.mark.parametrize("name", ["emoji-faces", "emoji-faces-16"])
def test_the_faces_are_as_sharp_as_the_notes_say(name: str) -> None:
    told = row(f"`{name}`")[1]
    error, sharpness = (float(found) for found in re.findall(r"\*\*([\d.]+)\*\*", told))
    saved = shipped(name)
    found = reconstruction_figures(saved.codec(saved.best_run), saved.dataset)
    assert found.mse == pytest.approx(error, rel=0.01)
    assert found.sharpness == pytest.approx(sharpness, rel=0.01)
    assert saved.timeline is not None
    assert len(saved.timeline) >= 5
