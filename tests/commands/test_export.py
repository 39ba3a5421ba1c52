"""``aegui export``: networks and glyphs for other programs."""

from __future__ import annotations

import json
import runpy
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors import safe_open

from aegui import __version__
from aegui.cli import main
from aegui.commands.opened import OpenedRun
from aegui.core.network.resolve import resolve
from aegui.core.onnx.model import CLASSES
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from aegui.core.run_file.tensor_bytes import unpacked
from aegui.core.source_code.make import make_code
from aegui.core.source_code.subject import CodedRun
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = str(models_dir() / "letters-2d.aegui")


def test_weights_fit_the_pytorch_code(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    assert main(["export", LETTERS, "-o", str(file)]) == 0
    arrays = unpacked(bytearray(file.read_bytes()))
    saved = load_run(LETTERS)
    resolved = resolve(saved.recipe, saved.dataset).resolved
    assert resolved is not None
    path = make_code(CodedRun.of(resolved), "torch", "l").write(tmp_path / "l.py")
    model = runpy.run_path(str(path), run_name="shown")["model"].float()
    model.load_state_dict({key: torch.from_numpy(one.copy()) for key, one in arrays.items()})
    images = np.array(saved.dataset.flat(), np.float32)
    codec = saved.codec(saved.best_run)
    with torch.no_grad():
        answers = model.decode(model.encode(torch.from_numpy(images))).numpy()
    np.testing.assert_allclose(answers, codec.reconstruct(images), atol=1e-5)


@pytest.mark.parametrize("part", [None, "encoder", "decoder"])
def test_onnx_answers_as_the_run(part: str | None, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path / "n.onnx"
    assert main(["export", LETTERS, "-o", str(file), *(["--part", part] if part else [])]) == 0
    saved = load_run(LETTERS)
    codec, images = saved.codec(saved.best_run), saved.dataset.images
    session = runtime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    given = {"code": codec.encode(images)} if part == "decoder" else {"images": images}
    first = session.run(None, given)[0]
    wanted = codec.encode(images)
    if part != "encoder":
        wanted = codec.decode(wanted).reshape(images.shape)
    np.testing.assert_allclose(first, wanted, atol=1e-5)


def test_onnx_states_its_origin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "n.onnx"
    assert main(["export", LETTERS, "-o", str(file)]) == 0
    model = OpenedRun(LETTERS)
    assert f"{model.origin()}: network".encode() in file.read_bytes()
    assert model.words in capsys.readouterr().err


def test_weights_state_their_origin(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    assert main(["export", LETTERS, "-o", str(file)]) == 0
    with safe_open(file, "np") as weights:
        stated = weights.metadata()
    assert stated == {"origin": OpenedRun(LETTERS).origin(), "producer": f"aegui {__version__}"}


def test_a_classifier_states_the_names_of_its_classes(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    run, file = tmp_path / "c.aegui", tmp_path / "c.onnx"
    values = {"data": {"source": "digits"}, "classifier": {}, "training": {"epochs": 1}}
    save_recipe(tmp_path / "c.json", Recipe.model_validate(values))
    assert main(["train", str(tmp_path / "c.json"), "--out", str(run)]) == 0
    assert main(["export", str(run), "-o", str(file), "--part", "classifier"]) == 0
    session = runtime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    stated = session.get_modelmeta().custom_metadata_map
    classes = [*load_run(run).dataset.classes]
    assert json.loads(stated[CLASSES]) == classes
    assert session.get_outputs()[0].shape == ["n", len(classes)]
    weights = tmp_path / "c.safetensors"
    assert main(["export", str(run), "-o", str(weights)]) == 0
    with safe_open(weights, "np") as found:
        assert json.loads(found.metadata()[CLASSES]) == classes


def test_fonts_of_sets_and_of_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "lowercase", "-o", str(tmp_path / "font.h")]) == 0
    assert main(["export", LETTERS, "-o", str(tmp_path / "drawn.bdf")]) == 0
    assert (tmp_path / "drawn.bdf").read_text().startswith("STARTFONT 2.1")
    assert main(["export", "lowercase", "-o", str(tmp_path / "n.onnx")]) != 0
    assert main(["export", LETTERS, "-o", str(tmp_path / "n.bin")]) != 0
    assert "suffix" in capsys.readouterr().err


def test_of_which_weights_a_font_is_and_what_has_no_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    font = str(tmp_path / "f.h")
    assert main(["export", LETTERS, "-o", font]) == 0
    assert capsys.readouterr().err.startswith("These are the best weights of seed 0")
    assert main(["export", LETTERS, "-o", font, "--part", "decoder"]) == 0
    assert capsys.readouterr().err.endswith("Without effect here: --part.\n")
    assert main(["export", "lowercase", "-o", font, "--run", "3", "--weights", "last"]) == 0
    assert capsys.readouterr().err == "Without effect here: --run, --weights.\n"
