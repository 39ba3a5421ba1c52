"""``aegui sample`` and ``aegui judge``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.commands.images import images_cost
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.data.writers import write_dataset
from aegui.core.evaluation.samples import judged_images, sample_images
from aegui.core.latent.grids import normal_quantiles
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run, save_run
from aegui.paths import models_dir
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
MODELS: dict[str, dict[str, Any]] = {
    "gan": {
        "training": {"epochs": 2, "batch_size": 64},
        "gan": {},
        "runs": 2,
    },
    "vae": {
        "training": {"epochs": 2, "batch_size": 64},
        "network": {"latent": {"kind": "gaussian", "units": 3}},
    },
    "plain": {"training": {"epochs": 2, "batch_size": 64}},
    "classifier": {
        "training": {"epochs": 2, "batch_size": 64},
        "classifier": {"pretrain": {"epochs": 0}},
    },
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one saved run of each of ``MODELS``."""
    folder = tmp_path_factory.mktemp("models")
    for name, changes in MODELS.items():
        recipe = Recipe.model_validate({"data": {"source": "digits"}, **changes})
        save_recipe(folder / f"{name}.json", recipe)
        out = str(folder / f"{name}.aegui")
        assert main(["train", str(folder / f"{name}.json"), "--out", out, "--device", "cpu"]) == 0
    return folder


def refused(capsys: Captured, arguments: list[str], words: str) -> None:
    capsys.readouterr()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("aegui: ")
    assert captured.err.count("\n") == 1
    assert words in captured.err


@pytest.mark.parametrize("model", ["gan", "vae"])
def test_a_sheet_of_new_images(model: str, models: Path, tmp_path: Path, capsys: Captured) -> None:
    capsys.readouterr()
    path = tmp_path / "grid.png"
    arguments = ["sample", str(models / f"{model}.aegui"), "-n", "10", "--seed", "3"]
    assert main([*arguments, "-o", str(path), "--scale", "2"]) == 0
    assert "10 images" in capsys.readouterr().out
    # Four in a row with a gap of one pixel: 4 * 8 + 3 wide, 3 * 8 + 2 high.
    sheet = np.asarray(Image.open(path))[::2, ::2]
    assert sheet.shape == (26, 35)
    saved = load_run(models / f"{model}.aegui")
    images = sample_images(saved.codec(saved.best_run), 10, 3)
    np.testing.assert_allclose(sheet[9:17, 9:17] / 255, images[5, 0], atol=0.003)


def test_new_images_as_a_set(models: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "new.npz"
    assert (
        main(["sample", str(models / "gan.aegui"), "-n", "12", "--run", "1", "-o", str(path)]) == 0
    )
    capsys.readouterr()
    written = load_dataset(str(path))
    expected = sample_images(load_run(models / "gan.aegui").codec(1), 12, 0)
    np.testing.assert_allclose(written.images, expected, atol=0.003)


def test_new_images_as_a_folder(models: Path, tmp_path: Path, capsys: Captured) -> None:
    line = ["sample", str(models / "gan.aegui"), "-n", "12", "-o", str(tmp_path / "new")]
    assert main(line) == 0
    found = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert found == [f"{number:02}.png" for number in range(1, 13)]
    assert load_dataset(str(tmp_path / "new")).images.shape[0] == 12
    # Checked before any work, since the search for finds may take long.
    (tmp_path / "a").touch()
    for command in ("sample", "finds"):
        refused(capsys, [command, "not there.aegui", "-o", str(tmp_path / "new")], "is not empty")
        refused(capsys, [command, "not there.aegui", "-o", str(tmp_path / "a")], "is not a folder")


def test_a_suffix_that_is_not_written_is_refused(tmp_path: Path, capsys: Captured) -> None:
    codes, problem = str(tmp_path / "c.xlsx"), str(tmp_path / "rp.doc")
    refused(capsys, ["encode", "not there.aegui", "-o", codes], "the suffix must be .csv.")
    refused(capsys, ["report-problem", "-o", problem], "must be one of .zip, .txt")
    assert not list(tmp_path.iterdir())


def test_a_square_of_quantiles(models: Path, tmp_path: Path, capsys: Captured) -> None:
    vae, path = str(models / "vae.aegui"), tmp_path / "square.npz"
    arguments = ["sample", vae, "-n", "9", "-o", str(path), "--quantiles"]
    assert main([*arguments, "3,1"]) == 0
    capsys.readouterr()
    codes = np.zeros((9, 3), np.float32)
    codes[:, 2] = np.tile(normal_quantiles(3), 3)
    codes[:, 0] = np.repeat(normal_quantiles(3)[::-1], 3)
    expected = load_run(vae).codec(0).decode(codes).reshape(9, 1, 8, 8)
    np.testing.assert_allclose(load_dataset(str(path)).images, expected, atol=0.003)
    for wrong in ("1", "1,1", "1,4", "a,b"):
        refused(capsys, [*arguments, wrong], "--quantiles")


def test_the_size_of_a_sheet_is_that_of_the_square_on_it(tmp_path: Path, capsys: Captured) -> None:
    columns, path = str(tmp_path / "columns.npz"), str(tmp_path / "m.aegui")
    pixels = np.random.default_rng(0).random((4, 40, 1), np.float32).round()
    write_dataset(columns, Dataset.from_images("columns", pixels, "abcd"))
    data = {"data": {"source": columns}, "training": {"epochs": 1}}
    recipe = Recipe.model_validate({**data, "network": MODELS["vae"]["network"]})
    save_recipe(tmp_path / "m.json", recipe)
    assert main(["train", str(tmp_path / "m.json"), "--out", path, "--device", "cpu"]) == 0
    sheet = tmp_path / "sheet.png"
    line = ["sample", path, "--scale", "256", "-o", str(sheet), "--quantiles", "1,2", "-n"]
    refused(capsys, [*line, "4"], "pixels large")
    assert main([*line, "3"]) == 0
    assert np.asarray(Image.open(sheet)).shape == (40 * 256, 256)


def test_a_judgement_in_figures(models: Path, capsys: Captured) -> None:
    capsys.readouterr()
    arguments = [str(models / "gan.aegui"), str(models / "classifier.aegui"), "-n", "150"]
    assert main(["judge", *arguments, "--seed", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    runs = [load_run(path) for path in arguments[:2]]
    codecs = [saved.codec(saved.best_run) for saved in runs]
    drawn = sample_images(codecs[0], 150, 2)
    expected = judged_images(codecs[1], runs[1].dataset.classes, drawn)
    assert found["classes"] == list("0123456789")
    assert found["share_confident"] == expected.share_confident
    assert found["shares"] == list(expected.shares)
    assert (found["samples"], found["seeds"], found["confidence"]) == (150, [2], 0.9)
    # The context: the judge, and its results for real images and at chance level.
    assert found["judge"]["file"] == arguments[1]
    assert (found["judge"]["weights"], found["judge"]["seed"]) == ("best", 0)
    assert found["real_images"] == {"data": "digits", "are_learnt": True}
    kinds = found["kinds"]
    assert list(kinds) == ["generated", "real", "chance"]
    assert kinds["generated"]["share_confident"] == found["share_confident"]
    assert main(["judge", *arguments]) == 0
    text = capsys.readouterr().out
    for words in ("generated", "real", "chance", "spread within classes", "nearest learnt"):
        assert words in text
    assert "Real images: Digits 8x8, which the generator has learnt." in text
    assert f"Judge: {arguments[1]}. These are the best weights of seed 0" in text
    assert "other classes" not in text


def test_a_judge_of_other_classes_is_told(models: Path, tmp_path: Path, capsys: Captured) -> None:
    saved = load_run(models / "classifier.aegui")
    clothes = Dataset.from_images(
        "clothes", saved.dataset.images, [f"shirt {label}" for label in saved.dataset.labels]
    )
    save_run(tmp_path / "clothes.aegui", replace(saved, dataset=clothes))
    arguments = [str(models / "gan.aegui"), str(tmp_path / "clothes.aegui"), "-n", "50"]
    assert main(["judge", *arguments]) == 0
    said = capsys.readouterr().out
    assert "The judge knows other classes (shirt 0, shirt 1, shirt 2, …) than Digits 8x8" in said


def test_the_spread_over_seeds_and_other_real_images(models: Path, capsys: Captured) -> None:
    capsys.readouterr()
    arguments = ["judge", str(models / "vae.aegui"), str(models / "classifier.aegui"), "-n", "60"]
    assert main([*arguments, "--seeds", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seeds"] == [0, 1, 2]
    each = found["share_of_seeds"]["each"]
    assert found["share_of_seeds"]["mean"] == pytest.approx(np.mean(each))
    assert found["share_of_seeds"]["std"] == pytest.approx(np.std(each))
    assert found["kinds"]["generated"]["samples"] == 180
    assert found["share_confident"] == pytest.approx(np.mean(each))
    assert main([*arguments, "--seeds", "2"]) == 0
    assert "Over 2 seeds the share of sure images is" in capsys.readouterr().out
    refused(capsys, [*arguments, "--seeds", "0"], "--seeds is 0")
    refused(capsys, [*arguments, "--real", "lowercase"], "1x7x5")


def test_what_cannot_be_sampled_or_judged(models: Path, tmp_path: Path, capsys: Captured) -> None:
    gan, plain, out = (
        str(models / "gan.aegui"),
        str(models / "plain.aegui"),
        str(tmp_path / "x.png"),
    )
    refused(capsys, ["sample", plain, "-o", out], "plain code")
    refused(capsys, ["sample", gan, "-o", out, "-n", "0"], "-n is 0")
    refused(capsys, ["sample", gan, "-o", out, "--seed", "-1"], "--seed is -1")
    refused(capsys, ["sample", gan, "-o", out, "--scale", "999"], "--scale is 999")
    refused(capsys, ["sample", gan], "-o")
    refused(capsys, ["judge", plain, gan], "plain code")
    refused(capsys, ["judge", gan, gan], "no classifier")
    refused(capsys, ["evaluate", gan], "aegui judge")
    refused(capsys, ["encode", gan], "no encoder")
    assert not (tmp_path / "x.png").exists()


def test_training_tells_the_figures_of_a_gan(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(
        tmp_path / "g.json",
        Recipe.model_validate({"data": {"source": "digits"}, **MODELS["gan"]}),
    )
    capsys.readouterr()
    assert main(["train", str(tmp_path / "g.json"), "--json", "--device", "cpu"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    for run in found["runs"]:
        assert {"generator_loss", "fake_score"} <= set(run["figures"])
    assert main(["train", str(tmp_path / "g.json"), "--device", "cpu"]) == 0
    text = capsys.readouterr().out
    assert "all epochs are done" in text
    assert "wrong pixels" not in text


def test_the_nearest_image_that_a_gan_draws(models: Path, tmp_path: Path, capsys: Captured) -> None:
    """One of its own images is found again from a file; a sample is approximated."""
    saved = load_run(models / "gan.aegui")
    drawn = sample_images(saved.codec(saved.best_run), 1, 5)[0]
    levels = np.rint(drawn[0] * 255).astype(np.uint8)
    Image.fromarray(levels).save(tmp_path / "own.png")
    arguments = ["nearest", str(models / "gan.aegui"), str(tmp_path / "own.png"), "3"]
    assert main([*arguments, "--json", "--seconds", "20"]) == 0
    own, three = json.loads(capsys.readouterr().out)["images"]
    assert own["error"] < min(own["chance"], 1e-4)
    assert three["error"] < three["chance"]
    assert len(own["code"]) == saved.recipe.network.latent.units
    assert main([*arguments, "-o", str(tmp_path / "pairs.png"), "--seconds", "1"]) == 0
    told = capsys.readouterr()
    assert "of a random one" in told.out
    assert "beside the nearest" in told.err
    with Image.open(tmp_path / "pairs.png") as sheet:
        assert abs(sheet.width - sheet.height) < 0.2 * sheet.width, "two pairs of two"


def test_pairs_are_a_picture_and_nothing_else(
    models: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = str(tmp_path / "pairs.h")
    refused(capsys, ["nearest", str(models / "gan.aegui"), "1", "-o", out], "suffix must be .png.")
    missing = "none.png: there is no such file, and no sample of that label or name, such as"
    refused(capsys, ["nearest", str(models / "gan.aegui"), "none.png"], missing)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("fish", "no sample of that label"),
        ("3,1", "no sample of that label"),
        ("letters.txt", "not 8x8"),
    ],
)
def test_what_is_no_such_image_is_refused(
    models: Path,
    tmp_path: Path,
    capsys: Captured,
    image: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_dataset("letters.txt", load_dataset("lowercase"))
    assert main(["nearest", str(models / "gan.aegui"), image]) == 2
    assert reason in capsys.readouterr().err


def test_what_needs_too_much_memory_is_refused_before_any_work(
    models: Path, tmp_path: Path, capsys: Captured
) -> None:
    settings = Settings.load()
    settings.unasked_memory_share = 1e-9
    assert settings.save() is None
    gan, judge = (str(models / f"{name}.aegui") for name in ("gan", "classifier"))
    out = tmp_path / "new.npz"
    refused(capsys, ["sample", gan, "-o", str(out)], "of memory")
    assert not out.exists()
    refused(capsys, ["judge", gan, judge, "-n", "200"], "Add --yes to do it anyway.")
    assert main(["sample", gan, "-o", str(out), "--yes"]) == 0
    assert len(load_dataset(str(out))) == 64
    assert main(["judge", gan, judge, "-n", "200", "--yes"]) == 0


def test_labels_that_a_format_cannot_hold_are_refused_before_any_work(
    models: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "new.idx"
    refused(
        capsys, ["sample", str(models / "gan.aegui"), "-n", "300", "-o", str(out)], "idx files hold"
    )
    assert not list(tmp_path.iterdir())
    assert main(["sample", str(models / "gan.aegui"), "-n", "200", "-o", str(out)]) == 0


def test_the_cost_of_a_sheet_counts_its_enlarged_pixels() -> None:
    codec = load_run(models_dir() / "letters-2d.aegui").codec(0)
    costs = [images_cost("a.png", codec, 900, scale).bytes for scale in (1, 8)]
    assert costs[1] > 4 * costs[0]
    assert images_cost("a.json", codec, 900).seconds > images_cost("a.npz", codec, 900).seconds
