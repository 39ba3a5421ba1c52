"""``aegui path``, ``finds``, ``concept``, ``traverse`` and ``map``."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.commands.opened import OpenedRun
from aegui.commands.options import FIND_SOURCES, LAYERS, PATH_KINDS
from aegui.commands.places import place_of
from aegui.core.data.builtin import load_builtin
from aegui.core.data.load import load_dataset
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.latent.concepts import apply, concept
from aegui.core.latent.fields import FIELDS, compute_field
from aegui.core.latent.finds import best_new
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.novelty import known
from aegui.core.latent.paths import PATHS, geodesic
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import save_run
from aegui.paths import models_dir
from tests.core.web_page.made import trained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
MODELS: dict[str, dict[str, Any]] = {
    "letters": {"training": {"epochs": 800}},
    "gan": {"data": {"source": "digits"}, "training": {"epochs": 1}, "gan": {}},
    "vae": {
        "data": {"source": "digits"},
        "training": {"epochs": 2, "batch_size": 64},
        "network": {"latent": {"kind": "gaussian", "units": 3}},
    },
}
CLASSIFIER: dict[str, Any] = {
    "data": {"source": "digits"},
    "network": {"encoder": [{"units": 16}], "latent": {"units": 4}},
    "training": {"epochs": 2, "batch_size": 64, "device": "cpu"},
}
DECODED: tuple[Callable[[str], list[str]], ...] = (
    lambda run: ["path", run, "--from", "0", "--to", "1", "-n", "3"],
    lambda run: ["finds", run, "-n", "2", "--source", "posterior"],
    lambda run: ["concept", run, "--plus", "0", "--steps", "3"],
    lambda run: ["traverse", run, "--steps", "3"],
    lambda run: ["map", run, "--columns", "3"],
    lambda run: ["map", run, "--layer", "uncertainty", "--columns", "3"],
    lambda run: ["figure", run, "grid", "--columns", "3"],
    lambda run: ["figure", run, "traversal", "--steps", "3"],
)
"""Commands that show nothing but decoded images, or what is measured on these."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a saved run of each of ``MODELS``."""
    folder = tmp_path_factory.mktemp("models")
    for name, raw in MODELS.items():
        save_recipe(folder / f"{name}.json", Recipe.model_validate(raw))
        out = str(folder / f"{name}.aegui")
        assert main(["train", str(folder / f"{name}.json"), "--out", out, "--device", "cpu"]) == 0
    return folder


def refused(capsys: Captured, arguments: list[str], *words: str) -> None:
    capsys.readouterr()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("aegui: ")
    assert captured.err.count("\n") == 1
    for each in words:
        assert each in captured.err


def model(models: Path, name: str) -> OpenedRun:
    return OpenedRun(models / f"{name}.aegui", None)


def levels(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")) / 255


def test_a_decoder_that_was_not_trained_is_refused(tmp_path: Path, capsys: Captured) -> None:
    run, out = str(tmp_path / "classes.aegui"), str(tmp_path / "f.png")
    untrained = CLASSIFIER | {"classifier": {"pretrain": {"epochs": 0}}}
    save_run(run, trained(untrained, load_builtin("digits")))
    why = "without pre-training does not train its decoder"
    for arguments in DECODED:
        refused(capsys, [*arguments(run), "-o", out], why)
    refused(capsys, ["decode", run, "--at", ",".join(["0"] * 4)], why)
    assert not (tmp_path / "f.png").exists()
    # The codes of the samples are those of the encoder, which was trained.
    assert main(["map", run, "--layer", "density", "-o", out]) == 0
    assert not capsys.readouterr().err
    assert main(["page", run, "-o", str(tmp_path / "p.html")]) == 0
    assert why in capsys.readouterr().err


def test_a_decoder_is_told_not_to_fit_after_fine_tuning(tmp_path: Path, capsys: Captured) -> None:
    run, out = str(tmp_path / "classes.aegui"), str(tmp_path / "f.png")
    for classifier, count in (({}, 1), ({"frozen": True}, 0)):
        save_run(run, trained(CLASSIFIER | {"classifier": classifier}, load_builtin("digits")))
        for arguments in DECODED:
            assert main([*arguments(run), "-o", out]) == 0
            assert capsys.readouterr().err.count("Fine-tuning has changed the codes") == count


def test_the_tables_of_the_options_are_those_of_the_core() -> None:
    assert set(PATHS) == set(PATH_KINDS)
    assert ("images", *FIELDS) == LAYERS
    assert FIND_SOURCES == ("best", "posterior", "prior")


def test_a_film_of_the_way_between_two_letters(
    models: Path, tmp_path: Path, capsys: Captured
) -> None:
    path, letters = tmp_path / "way.png", str(models / "letters.aegui")
    arguments = ["path", letters, "--from", "a", "--to", "o", "--kind", "geodesic", "-n", "9"]
    capsys.readouterr()
    assert main([*arguments, "-o", str(path), "--scale", "1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("The path: ")
    assert "pixels change on the path" in text
    assert "9 images written" in text
    of = model(models, "letters")
    way = geodesic(of.codec, place_of(of, "--from", "a"), place_of(of, "--to", "o"), 9, of.codes)
    frames = np.clip(of.codec.decode(way), 0, 1)
    strip = levels(path)
    assert strip.shape == (7, 9 * 6 - 1)
    # Glyphs are dark on a light background.
    for number in (0, 4, 8):
        shown = 1 - strip[:, 6 * number : 6 * number + 5]
        np.testing.assert_allclose(shown, frames[number].reshape(7, 5), atol=0.003)


def test_a_way_through_codes_that_begin_with_a_minus(models: Path, tmp_path: Path) -> None:
    path, letters = tmp_path / "way.gif", str(models / "letters.aegui")
    places = ["--from", "-0.5,0.25", "--via", "b", "--via", "-0.1,-0.2", "--to", "0.5,0.5"]
    assert main(["path", letters, *places, "-n", "7", "--fps", "10", "-o", str(path)]) == 0
    with Image.open(path) as film:
        assert film.info["duration"] == 100
        assert film.size == (5 * 40, 7 * 40)
        assert model(models, "letters").origin() in film.info["comment"].decode()


def test_the_best_new_images_as_a_header(models: Path, tmp_path: Path, capsys: Captured) -> None:
    path, letters = tmp_path / "new.h", str(models / "letters.aegui")
    capsys.readouterr()
    assert main(["finds", letters, "-n", "4", "--seed", "2", "-o", str(path)]) == 0
    text = capsys.readouterr().out
    of = model(models, "letters")
    found = best_new(of.codec, known(of.dataset, glyphs=True), of.codes, 4, 2)
    assert load_dataset(str(path)).images == pytest.approx((found.images > 0.5).astype(np.float32))
    assert f"{found.ratio[0]:.2f}" in text.splitlines()[1]
    assert "Drawn at random with seed 2." in text
    assert text.splitlines()[0].split() == [
        "image",
        "what",
        "it",
        "is",
        "novelty",
        "entropy",
        "code",
    ]


def test_draws_from_the_prior_and_from_where_codes_lie(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    arguments = ["-n", "5", "--seed", "3", "-o", str(path)]
    for name in ("vae", "gan"):
        assert main(["finds", str(models / f"{name}.aegui"), "--source", "prior", *arguments]) == 0
        of = model(models, name)
        images = of.codec.decode(drawn_codes(5, of.codec.latent_size, 3))
        wanted = np.clip(images, 0, 1).reshape(5, 1, 8, 8)
        np.testing.assert_allclose(load_dataset(str(path)).images, wanted, atol=0.003)
    vae = str(models / "vae.aegui")
    assert main(["finds", vae, "--source", "posterior", *arguments]) == 0
    assert len(load_dataset(str(path))) == 5


def test_a_concept_applied_to_samples(models: Path, tmp_path: Path, capsys: Captured) -> None:
    path, vae = tmp_path / "c.png", str(models / "vae.aegui")
    capsys.readouterr()
    boxes = ["--plus", "7,9", "--minus", "0", "--apply", "1", "--apply", "-0.5,0,1"]
    assert main(["concept", vae, *boxes, "--steps", "5", "-o", str(path), "--scale", "1"]) == 0
    of = model(models, "vae")
    codes = of.codec.encode(of.dataset.flat())
    labels = np.array(of.dataset.labels)
    with_it, without = codes[np.isin(labels, ["7", "9"])], codes[labels == "0"]
    found = concept(with_it, without)
    assert f"{len(with_it)} samples with it, {len(without)} without" in capsys.readouterr().out
    last = of.codec.decode(apply(found, [-0.5, 0.0, 1.0], found.high))
    sheet = levels(path)
    assert sheet.shape == (17, 44)
    np.testing.assert_allclose(sheet[9:, 36:], np.clip(last, 0, 1).reshape(8, 8), atol=0.003)
    # Without the second group all other samples are used, and without a start the mean code.
    assert main(["concept", vae, "--plus", "7", "-o", str(path)]) == 0
    assert f"{(labels != '7').sum():,} without" in capsys.readouterr().out
    letters = str(models / "letters.aegui")
    for more in ([], ["--minus", "b"]):
        assert main(["concept", letters, "--plus", "a", *more, "-o", str(path)]) == 0
        assert "1 sample with it, " in capsys.readouterr().out


def test_what_each_number_does(models: Path, tmp_path: Path) -> None:
    path, vae = tmp_path / "t.png", str(models / "vae.aegui")
    arguments = ["traverse", vae, "--steps", "3", "-o", str(path), "--scale", "1"]
    assert main([*arguments, "--dims", "3,1"]) == 0
    of = model(models, "vae")
    sheet = levels(path)
    assert sheet.shape == (17, 26)
    wanted = np.clip(of.codec.decode([[0, 0, 3.0], [-3.0, 0, 0]]), 0, 1).reshape(2, 8, 8)
    np.testing.assert_allclose(sheet[:8, 18:], wanted[0], atol=0.003)
    np.testing.assert_allclose(sheet[9:, :8], wanted[1], atol=0.003)
    assert main([*arguments, "--at", "0.5,-0.5,1", "--span", "2"]) == 0
    corner = np.clip(of.codec.decode([[-1.5, -0.5, 1.0]]), 0, 1).reshape(8, 8)
    np.testing.assert_allclose(levels(path)[:8, :8], corner, atol=0.003)
    letters = str(models / "letters.aegui")
    assert main(["traverse", letters, "-o", str(path), "--scale", "1"]) == 0
    assert levels(path).shape == (15, 9 * 6 - 1)


def test_the_map_as_images(models: Path, tmp_path: Path) -> None:
    path, letters = tmp_path / "m.png", str(models / "letters.aegui")
    arguments = ["map", letters, "--rect", "-1,-1,1,0", "--columns", "4", "--scale", "1"]
    assert main([*arguments, "-o", str(path)]) == 0
    sheet = levels(path)
    assert sheet.shape == (2 * 8 - 1, 4 * 6 - 1)
    of = model(models, "letters")
    with Image.open(path) as picture:
        assert picture.info["Description"] == of.origin()
        assert picture.info["Software"].startswith("aegui ")
    corner = np.clip(of.codec.decode([-0.75, -0.25]), 0, 1).reshape(7, 5)
    np.testing.assert_allclose(1 - sheet[:7, :5], corner, atol=0.003)


@pytest.mark.parametrize("layer", LAYERS[1:])
def test_layers_of_the_map(layer: str, models: Path, tmp_path: Path, capsys: Captured) -> None:
    vae, table, picture = str(models / "vae.aegui"), tmp_path / "m.csv", tmp_path / "m.png"
    arguments = ["map", vae, "--layer", layer, "--axes", "3,1", "--columns", "6"]
    capsys.readouterr()
    assert main([*arguments, "-o", str(table)]) == 0
    assert capsys.readouterr().out.endswith(f"Written to {table}.\n")
    of = model(models, "vae")
    means, logs = of.codec.encode_distribution(of.dataset.flat())
    assert logs is not None
    frame = axes_frame((2, 0), np.zeros(3))
    field = compute_field(
        *(layer, of.codec, known(of.dataset, of.glyphs), means, np.exp(logs)),
        *(frame, (-3.0, -3.0, 3.0, 3.0), 6, 6),
    )
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[0] == ["x", "y", layer]
    assert rows[1][:2] == ["-2.5", "-2.5"]
    values = [row[2] for row in rows[1:]]
    if field.classes:
        assert values == [field.classes[int(value)] for value in field.values.ravel()]
    else:
        np.testing.assert_allclose([float(v) for v in values], field.values.ravel(), rtol=1e-4)
    assert main([*arguments, "-o", str(picture), "--scale", "10"]) == 0
    assert levels(picture).shape == (60, 60)


def test_samples_that_are_proposed_can_be_seen(tmp_path: Path, capsys: Captured) -> None:
    model = str(models_dir() / "letters-2d.aegui")
    out = str(tmp_path / "film.gif")
    assert main(["path", model, "--from", "A", "--to", "Ñ", "-o", out]) == 2
    assert "such as !, " in capsys.readouterr().err


def test_a_format_that_cannot_hold_the_images_is_refused_before_the_search(
    models: Path, tmp_path: Path, capsys: Captured
) -> None:
    vae, out = str(models / "vae.aegui"), str(tmp_path / "new.h")
    capsys.readouterr()
    for command in (["finds", vae], ["sample", vae], ["denoise", vae, "--in", "digits"]):
        assert main([*command, "-o", out]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "C header holds black and white glyphs only" in captured.err


def test_refusals_say_what_to_do(models: Path, tmp_path: Path, capsys: Captured) -> None:
    letters, gan, vae = (str(models / f"{name}.aegui") for name in ("letters", "gan", "vae"))
    out = ["-o", str(tmp_path / "x.png")]
    way = ["path", letters, "--from", "a"]
    refused(capsys, [*way, "--to", "aa", *out], "--to aa", "such as a")
    refused(capsys, [*way, "--to", "1,2,3", *out], "3 numbers", "has 2")
    refused(capsys, [*way, "--to", "b", "-n", "1", *out], "-n is 1")
    refused(capsys, [*way, "--to", "b", "--fps", "0", *out], "--fps is 0")
    refused(capsys, [*way, "--to", "b", "-o", "x.avi"], "x.avi", ".mp4")
    refused(capsys, [*way, "--to", "b", "--kind", "bent", *out], "bent")
    refused(capsys, ["path", gan, "--from", "1", "--to", "2", *out], "no encoder")
    refused(capsys, ["finds", letters, "-n", "0", *out], "-n is 0")
    refused(capsys, ["finds", letters, "--source", "prior", *out], "plain code")
    refused(capsys, ["finds", gan, "--source", "posterior", *out], "no encoder")
    refused(capsys, ["finds", letters, "-o", "x.zzz"], "x.zzz")
    refused(capsys, ["concept", gan, "--plus", "1", *out], "no encoder")
    refused(capsys, ["concept", vae, "--plus", "1,x", *out], "--plus x", "such as 0, 1, 2")
    refused(capsys, ["concept", vae, "--plus", ",", *out], "--plus ,: there is no sample")
    refused(capsys, ["concept", vae, "--plus", "1", "--minus", "1", *out], "same mean")
    refused(capsys, ["traverse", vae, "--dims", "1,4", *out], "--dims is 1,4", "1 to 3")
    refused(capsys, ["traverse", vae, "--span", "nan", *out], "--span is nan")
    comma = "--span: 1,5 is not a number, such as 0.5 with a point"
    refused(capsys, ["traverse", vae, "--span", "1,5", *out], comma)
    refused(capsys, ["map", vae, "--layer", "heat", *out], "no layer heat", "stretch")
    refused(capsys, ["map", vae, "--axes", "1,1", *out], "--axes is 1,1")
    refused(capsys, ["map", vae, "--axes", "1", *out], "--axes 1")
    refused(capsys, ["map", vae, "--rect", "1,1,0,0", *out], "--rect 1,1,0,0")
    refused(capsys, ["map", vae, "--rect", "-1e39,0,1,1", *out], "--rect is -1e+39")
    refused(capsys, ["map", vae, "--rect", "0,0,1e-320,1", *out], "--rect 0,0,1e-320,1: left")
    refused(capsys, ["map", letters, "--layer", "holes", *out], "no prior")
    refused(capsys, ["map", gan, "--layer", "density", *out], "no encoder")
    refused(capsys, ["map", vae, "-o", "x.csv"], "x.csv")
    assert not list(tmp_path.iterdir())
