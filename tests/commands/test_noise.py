"""``aegui limit``, ``denoise``, ``noise-matrix`` and ``noise-curves``."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.commands import noise_studies
from aegui.commands.options import MATRIX_FIGURES, MATRIX_RECIPE
from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.data.load import load_dataset
from aegui.core.data.writers import write_dataset
from aegui.core.errors import Cancelled
from aegui.core.evaluation.confusions import confusable_pairs
from aegui.core.evaluation.limits import limit
from aegui.core.latent.sheets import sheet_png
from aegui.core.recipe import CorruptionSpec, LatentSpec, NetworkSpec, Recipe
from aegui.core.recipe.file import find_recipe, load_recipe, save_recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.study.findings import with_noise
from aegui.core.study.noise_matrix import FIGURES
from aegui.paths import models_dir
from tests.commands.terminals import on_terminal
from tests.session.parts import snapshot

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
DENOISER = str(models_dir() / "letters-denoise.aegui")
LETTERS = load_builtin("lowercase")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a recipe that trains in an instant."""
    path = tmp_path_factory.mktemp("recipes") / "small.json"
    network = {"encoder": [{"units": 8}], "latent": {"units": 3}}
    data = {"source": "lowercase", "chars": "abc"}
    save_recipe(path, Recipe.model_validate({"data": data, "network": network}))
    return str(path)


def said(capsys: Captured, *arguments: str) -> str:
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def told(capsys: Captured, *arguments: str) -> Any:
    return json.loads(said(capsys, *arguments, "--json"))


def test_limit_tells_every_set_and_noise(capsys: Captured) -> None:
    noises = ["--noise", "flip:0.15", "--noise", "block:0.2"]
    found = told(
        capsys,
        *("limit", "--data", "lowercase", "--data", "uppercase", "--draws", "640"),
        *(*noises, "--pairs", "2"),
    )
    assert [(one["data"], one["kind"]) for one in found] == [
        *(("lowercase", "flip"), ("uppercase", "flip")),
        *(("lowercase", "block"), ("uppercase", "block")),
    ]
    flip = parse_corruption("flip:0.15")
    wanted = limit(LETTERS.flat(), flip, 640)
    assert (found[0]["limit"], found[0]["standard_error"]) == (wanted.mean, wanted.error)
    assert not found[0]["exact"]
    assert found[2]["exact"]
    pair = confusable_pairs(LETTERS, flip, 1)[0]
    assert found[0]["pairs"][0] == {
        "first": LETTERS.labels[pair.first],
        "second": LETTERS.labels[pair.second],
        "distance": pair.distance,
        "chance": pair.chance,
    }
    assert len(found[0]["pairs"]) == 2


def test_limit_in_words_and_markdown(capsys: Captured) -> None:
    common = ("limit", "--data", "lowercase", "--chars", "hn", "--noise", "flip:0.1")
    text = said(capsys, *common, "--pairs", "1")
    assert "0.2000 (exact)" in text
    assert "10.00%" in text
    lines = said(capsys, *common, "--markdown").splitlines()
    assert lines[1] == "| --- | --: |"
    assert lines[2] == "| Flip 0.1 | 0.2000 (exact) |"


def test_limit_knows_how_often_characters_occur(capsys: Captured, tmp_path: Path) -> None:
    weights = tmp_path / "weights.csv"
    weights.write_text("h,9\nn,1\n", encoding="utf-8")
    common = ("limit", "--data", "lowercase", "--noise", "flip:0.1", "--prior", str(weights))
    found = told(capsys, *common, "--chars", "hn")
    # Two pixels, wrong where n is taken for h (0.001), at ties (0.018), or h for n (0.009).
    assert found[0]["limit"] == pytest.approx(2 * 0.028)
    assert found[0]["prior"] == str(weights)
    assert main([*common, "--chars", "hnu"]) == 0
    assert "weights.csv gives no weight to “u”: they are assumed" in capsys.readouterr().err
    assert main([*common, "--chars", "xyz"]) != 0
    assert "weights.csv gives a weight to none of the characters" in capsys.readouterr().err


@pytest.mark.parametrize("scale", [1, 16])
def test_denoise_repairs_a_picture(capsys: Captured, tmp_path: Path, scale: int) -> None:
    noisy = corrupted(LETTERS.images[4:5], parse_corruption("flip:0.1"), 1)
    source, target = tmp_path / "x.png", tmp_path / "y.png"
    source.write_bytes(sheet_png(noisy, scale=scale))
    text = said(capsys, *("denoise", DENOISER, "--in", str(source), "-o", str(target)))
    assert "1 image repaired" in text
    saved = load_run(DENOISER)
    answer = saved.codec(saved.best_run).reconstruct(noisy).reshape(7, 5)
    with Image.open(target) as image:
        picture = np.asarray(image.convert("L")) / 255
    size = picture.shape[0] // 7
    levels = picture[size // 2 :: size, size // 2 :: size]
    np.testing.assert_allclose(levels, 1 - answer, atol=1 / 250)
    assert ((answer > 0.5) == LETTERS.images[4, 0]).all()


def test_denoise_repairs_a_set_again_and_again(capsys: Captured, tmp_path: Path) -> None:
    target = tmp_path / "clean.txt"
    source = tmp_path / "some.png"
    write_dataset(source, LETTERS.subset(range(3)))
    arguments = ("--in", "lowercase", "--in", str(source), "--noise", "flip:0.05", "--seed", "4")
    text = said(capsys, "denoise", DENOISER, *arguments, "--times", "3", "-o", str(target))
    assert "35 images repaired" in text
    repaired = load_dataset(str(target))
    assert len(repaired) == 35
    assert repaired.is_binary
    wanted = np.concatenate([LETTERS.images, LETTERS.images[:3]])
    assert (repaired.images != wanted).sum(axis=(1, 2, 3)).mean() < 0.6


def test_the_sheet_of_another_size_is_cut_as_the_network_wants_it(
    capsys: Captured, tmp_path: Path
) -> None:
    """Eight characters side by side are not square and could be split in several ways."""
    source, target = tmp_path / "x.png", tmp_path / "y.json"
    source.write_bytes(sheet_png(LETTERS.images[:8], columns=4, scale=3))
    said(capsys, "denoise", DENOISER, "--in", str(source), "-o", str(target))
    assert np.array_equal(load_dataset(str(target)).images, LETTERS.images[:8])


def test_noise_matrix_trains_tells_and_writes(
    capsys: Captured, tmp_path: Path, recipe: str
) -> None:
    table, picture, each = (tmp_path / name for name in ("m.csv", "m.png", "each.csv"))
    found = told(
        capsys,
        *("noise-matrix", recipe, "--kind", "salt-pepper", "--levels", "0,0.4"),
        *("--test", "flip:0.3", "--seeds", "2", "--epochs", "20", "--draws", "60"),
        *("-o", str(table), "-o", str(picture), "--characters", str(each)),
    )
    assert found["trained_with"] == [
        {"kind": "salt_pepper", "level": 0.0},
        {"kind": "salt_pepper", "level": 0.4},
    ]
    assert found["tried_with"] == [{"kind": "flip", "level": 0.3}]
    assert np.shape(found["wrong"]["mean"]) == (2, 1)
    assert len(found["bayes_limit"]) == 1
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 2 * 1 * 2 + 1
    means = [float(row["wrong_pixels"]) for row in rows[:2]]
    assert np.mean(means) == pytest.approx(found["wrong"]["mean"][0][0], rel=1e-4)
    assert rows[-1]["trained_with"] == "limit"
    of_each = list(csv.DictReader(each.read_text().splitlines()))
    assert [row["character"] for row in of_each] == ["a", "b", "c"] * 2
    with Image.open(picture) as image:
        assert image.size[0] > 200


@pytest.mark.usefixtures("handled_signals")
def test_ctrl_c_ends_a_study_as_it_ends_a_training(
    capsys: Captured, tmp_path: Path, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first Ctrl-C sets a flag that the study checks."""

    def pressed(*arguments: object, **_where: object) -> None:
        signal.raise_signal(signal.SIGINT)
        is_cancelled = arguments[-1]
        assert callable(is_cancelled)
        assert is_cancelled()
        raise Cancelled("Stopped.")

    monkeypatch.setattr(noise_studies, "noise_matrix", pressed)
    out = tmp_path / "m.csv"
    assert main(["noise-matrix", recipe, "-o", str(out)]) == 130
    assert "Stopped. Finished runs are kept; the same command" in capsys.readouterr().err
    assert not out.exists()


def test_noise_matrix_in_words(capsys: Captured, recipe: str) -> None:
    text = said(
        capsys,
        *("noise-matrix", recipe, "--levels", "0.1,0.3", "--seeds", "1"),
        *("--epochs", "5", "--draws", "30", "--figure", "exact"),
    )
    assert text.count("Flip 0.1") == 2
    assert "%" in text
    assert "over 1 seed, trained" in text
    assert "from before" not in text
    again = said(
        capsys,
        *("noise-matrix", recipe, "--levels", "0.1,0.3", "--seeds", "1"),
        *("--epochs", "5", "--draws", "30", "--figure", "exact"),
    )
    assert "2 networks were there from before." in again
    assert again.splitlines()[:3] == text.splitlines()[:3]


def test_what_the_matrix_takes_by_default_is_there() -> None:
    assert find_recipe(MATRIX_RECIPE) is not None
    assert tuple(FIGURES) == MATRIX_FIGURES


def test_noise_curves(capsys: Captured, tmp_path: Path) -> None:
    table, picture = tmp_path / "c.csv", tmp_path / "c.png"
    copied = str(shutil.copy(DENOISER, tmp_path / "copied.aegui"))
    found = told(
        capsys,
        *("noise-curves", DENOISER, copied, "--levels", "0.2,0", "--draws", "320"),
        *("--pca", "2,4", "-o", str(table), "-o", str(picture)),
    )
    assert found["levels"] == [0.0, 0.2]
    assert [line["is"] for line in found["lines"]] == [
        *("model", "model", "limit", "copy", "pca", "pca"),
    ]
    assert found["lines"][0]["mean"] == found["lines"][1]["mean"]
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 6 * 2
    assert rows[0]["line"] == "letters-denoise"
    with Image.open(picture) as image:
        assert image.size[0] > 400
    assert "Bayes limit" in said(
        capsys, "noise-curves", DENOISER, "--levels", "0.1", "--draws", "32", "--no-copy"
    )


def test_noise_curves_say_what_they_are_of(capsys: Captured, tmp_path: Path) -> None:
    recipe = Recipe(runs=2, network=NetworkSpec(latent=LatentSpec(units=4)))
    # Without the results of a training, as a document that is saved while it trains.
    save_run(tmp_path / "two.aegui", SavedRun(recipe, LETTERS, snapshot(recipe, 35)))
    (tmp_path / "same").mkdir()
    shutil.copy(DENOISER, tmp_path / "same" / "two.aegui")
    few = ("--levels", "0,0.1", "--draws", "32")
    files = (str(tmp_path / "two.aegui"), str(tmp_path / "same" / "two.aegui"))
    found = told(capsys, "noise-curves", *files, *few)
    assert [line["name"] for line in found["lines"][:2]] == list(files)
    assert [line["runs"] for line in found["lines"][:2]] == [2, 1]
    lines = said(capsys, "noise-curves", files[0], *few).splitlines()
    assert lines[0].split()[:3] == ["wrong", "pixels", "two"]
    mean, deviation = (found["lines"][0][key][1] for key in ("mean", "std"))
    assert lines[2].startswith("Flip 0.1")
    assert f"{mean:.3f} ± {deviation:.3f}" in lines[2]
    *stated, computed = lines[3:]
    assert stated == [
        "The best weights of each run; seeds 0, 1.",
        "Samples: lowercase, 32 learnt.",
        "Noise is drawn with seed 0.",
    ]
    assert computed.startswith("Computed on ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("limit", "--data", "digits", "--noise", "flip:0.1"), "black and white"),
        (("limit", "--data", "lowercase", "--noise", "flip:2"), "from 0 to 1"),
        (("limit", "--data", "lowercase", "--noise", "flip:0.1", "--draws", "0"), "--draws"),
        (("noise-matrix", "--kind", "rain"), "--kind is rain"),
        (("noise-matrix", "--levels", "0,x"), "--levels: “x” is not a level; write"),
        (("noise-matrix", "--levels", "0,2"), "--levels: 2 is too large for “Flip”"),
        (("noise-matrix", "-o", "m.gif"), "the suffix must be one of .png, .svg, .pdf, .csv"),
        (("noise-matrix", "no-such-recipe"), "no file no-such-recipe"),
        (("noise-curves", DENOISER, "--pca", "a"), "--pca is a"),
        (("noise-curves", DENOISER, "--pca", "2,36"), "--pca is 36; it must be at most 35."),
        (("noise-curves", str(models_dir() / "fashion-gan.aegui")), "fashion-gan is a GAN: it has"),
        (
            ("limit", "--data", "lowercase", "--noise", "flip:0.1", "--prior", "no.csv"),
            "no.csv: there is no such file",
        ),
        (
            ("denoise", DENOISER, "--in", "digits", "-o", "y.png"),
            "8x8 pixels, but the network takes 5x7",
        ),
        (("denoise", DENOISER, "--in", "nowhere.png", "-o", "y.png"), "nowhere.png"),
        (("denoise", DENOISER, "--in", "lowercase", "-o", "y.pdf"), "y.pdf"),
        (("denoise", DENOISER, "--in", "lowercase", "-o", "y.png", "--times", "0"), "--times"),
        (
            (
                *("denoise", str(models_dir() / "fashion-gan.aegui")),
                *("--in", "lowercase", "-o", "y.png"),
            ),
            "not an autoencoder",
        ),
    ],
)
def test_refusals(
    capsys: Captured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_mistakes_with_noise_are_told_before_a_training_and_with_a_repair(
    capsys: Captured, recipe: str, tmp_path: Path
) -> None:
    wrong = load_recipe(recipe)
    noise = CorruptionSpec(kind="flip", level=0.1, fresh=False, copies=4, clean_target=False)
    path = tmp_path / "wrong.json"
    save_recipe(path, with_noise(wrong, noise))
    assert main(("train", str(path), "--epochs", "2")) == 0
    told = capsys.readouterr().err
    assert "The target is noisy. Compare the answer with the clean sample" in told
    assert "The noise is fixed. Draw the noise anew at every epoch" in told
    assert main(("train", recipe, "--epochs", "2")) == 0
    assert "noise" not in capsys.readouterr().err.lower()
    target = str(tmp_path / "y.txt")
    common = ("denoise", DENOISER, "--in", "lowercase", "-o", target, "--noise")
    assert main((*common, "masking:0.5")) == 0
    assert "and is tested with “Masking 0.5”: another kind of noise" in capsys.readouterr().err
    assert main((*common, "flip:0.18")) == 0
    assert capsys.readouterr().err == ""


def test_a_classifier_has_no_noise_curves(capsys: Captured, tmp_path: Path) -> None:
    classes: dict[str, Any] = {
        "data": {"source": "digits"},
        "training": {"epochs": 1, "batch_size": 64, "device": "cpu"},
        "classifier": {"pretrain": {"epochs": 0}},
    }
    save_recipe(tmp_path / "c.json", Recipe.model_validate(classes))
    path = str(tmp_path / "c.aegui")
    assert main(["train", str(tmp_path / "c.json"), "--out", path]) == 0
    assert main(["noise-curves", path]) == 2
    assert "c is a classifier: it reconstructs nothing." in capsys.readouterr().err


def test_grey_images_are_repaired_by_squared_errors(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "y.json"
    recipe = Recipe.model_validate({"data": {"source": "digits"}})
    dataset = load_builtin("digits").subset(range(6))
    save_run(tmp_path / "g.aegui", SavedRun(recipe, dataset, snapshot(recipe, dataset.pixels)))
    write_dataset(tmp_path / "six.npz", dataset)
    inputs = ["--in", str(tmp_path / "six.npz"), "-o", str(out)]
    told = said(capsys, "denoise", str(tmp_path / "g.aegui"), *inputs)
    answers = load_run(tmp_path / "g.aegui").codec().reconstruct(dataset.flat())
    change = np.square(np.clip(answers, 0.0, 1.0) - dataset.flat()).sum(axis=1).mean()
    assert f"6 images repaired, with a squared change of {change:.1f} in each" in told


def test_a_limit_that_is_drawn_says_by_which_seed(capsys: Captured) -> None:
    drawn = ("limit", "--data", "lowercase", "--noise", "flip:0.1", "--draws", "320", "--seed", "4")
    assert main(drawn) == 0
    assert capsys.readouterr().err == "Noise is drawn with seed 4.\n"
    assert told(capsys, *drawn)[0]["seed"] == 4
    assert main(["limit", "--data", "lowercase", "--chars", "hn", "--noise", "flip:0.1"]) == 0
    assert capsys.readouterr().err == ""


def test_which_of_several_files_has_no_weights(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "new.aegui"
    save_run(path, SavedRun(Recipe(), LETTERS))
    assert main(["noise-curves", DENOISER, str(path)]) == 2
    told = capsys.readouterr().err
    assert told == f"aegui: {path} has not been trained yet: it has no weights.\n"


def test_an_unknown_noise_is_answered_with_the_form_of_one(capsys: Captured) -> None:
    model = str(models_dir() / "letters-denoise.aegui")
    for text in ("salt_pepper=0.2", "salt_peper:0.1"):
        assert main(["evaluate", model, "--noise", text]) == 2
        assert "did you mean “salt_pepper:0.2”?" in capsys.readouterr().err


def test_images_that_are_denoised_are_counted(tmp_path: Path) -> None:
    model, out = str(models_dir() / "letters-denoise.aegui"), str(tmp_path / "y.png")
    shown = on_terminal(80, "denoise", model, "--in", "letters", "-o", out, stream="stderr")
    assert "0 of 96 images done" in "".join(shown)
