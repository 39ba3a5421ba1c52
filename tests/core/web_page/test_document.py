"""The page as a file: contents, content security policy, size."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aegui.core.colours import CLASS_COLOURS, CLASS_MARKS, MARKS
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import LANGUAGES
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.run_file.saved import load_run
from aegui.core.web_page import exhibit as exhibits
from aegui.core.web_page.document import MAX_NETWORKS, javascript, page_html
from aegui.core.web_page.exhibit import Exhibit, packed, rounded
from aegui.paths import models_dir
from tests.core.web_page.made import PICTURES, letters, trained


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("z", "z"),
        ("maximum(z, 0)", "Math.max(z, 0)"),
        ("where(z > 0, z, 0.01 * z)", "((z > 0) ? z : (0.01 * z))"),
        ("-z * sigmoid(z)", "((-z) * sigmoid(z))"),
        ("z / 2**0.5", "(z / (2 ** 0.5))"),
        ("square(z) + 1", "((z ** 2) + 1)"),
    ],
)
def test_a_formula_becomes_an_expression(formula: str, expected: str) -> None:
    assert javascript(formula) == expected


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_activation_has_one(key: str) -> None:
    assert "z" in javascript(ACTIVATIONS[key].formula)


@pytest.mark.parametrize("formula", ["arctan(z)", "z.real", "z @ z", "(z)(1)", "'text'"])
def test_what_no_page_could_compute_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="no JavaScript"):
        javascript(formula)


HOSTILE = ("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u2028'\"&")


def document_of(html: str) -> dict[str, Any]:
    """Return the JSON that a page reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


@pytest.fixture(scope="module")
def shipped() -> Exhibit:
    return Exhibit.of_saved("letters", load_run(models_dir() / "letters-2d.aegui"))


def test_classes_look_on_the_page_as_in_the_window(shipped: Exhibit) -> None:
    document = document_of(page_html([shipped]))
    assert document["colours"]["light"] == list(CLASS_COLOURS)
    marks = document["marks"]
    assert marks["of_classes"] == list(CLASS_MARKS)
    assert marks["outlines"] == [[list(at) for at in outline] for outline in MARKS]


def test_its_policy_allows_its_own_program_and_nothing_else(shipped: Exhibit) -> None:
    html = page_html([shipped])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy[1]
    for tag in ("style", "script"):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(text) == 1
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"https?://|\beval\(|new Function|\bon\w+=|innerHTML", html)


def test_labels_stay_text(shipped: Exhibit) -> None:
    many = tuple(HOSTILE[at % 3] for at in range(len(shipped.dataset)))
    hostile = replace(shipped.dataset, name=HOSTILE[0], labels=many, names=many)
    html = page_html([replace(shipped, name=HOSTILE[1], dataset=hostile)], title=HOSTILE[0])
    assert html.count("<script") == 2
    assert "<img" not in html
    document = document_of(html)
    assert (document["title"], document["networks"][0]["name"]) == HOSTILE[:2]
    assert document["sets"][0]["names"] == list(many)


def test_letters_are_small(shipped: Exhibit) -> None:
    assert len(page_html([shipped]).encode()) <= 150_000
    denoise = Exhibit.of_saved("denoise", load_run(models_dir() / "letters-denoise.aegui"))
    assert len(page_html([denoise]).encode()) <= 150_000


def test_digits_are_small() -> None:
    digits = Exhibit.of_saved("digits", load_run(models_dir() / "mnist-vae-2.aegui"))
    assert len(page_html([digits]).encode()) <= 2_000_000


def test_it_speaks_every_language(shipped: Exhibit) -> None:
    texts = document_of(page_html([shipped]))["texts"]
    assert set(texts) == set(LANGUAGES)
    assert texts["es"]["nearest"] != texts["en"]["nearest"]
    for key, text in texts["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", texts["es"][key])), key


def test_networks_of_one_set_share_its_samples() -> None:
    saved, other = letters(), trained({"network": {"encoder": [{"units": 5}]}}, PICTURES)
    names = {"a": saved, "b": other, "c": letters(seed=4)}
    document = document_of(page_html([Exhibit.of_saved(*it) for it in names.items()]))
    assert [network["set"] for network in document["networks"]] == [0, 1, 0]
    assert [network["name"] for network in document["networks"]] == ["a", "b", "c"]
    assert document["sets"][1]["coloured"]


def test_it_tells_which_weights_and_figures_it_shows(shipped: Exhibit) -> None:
    about = document_of(page_html([shipped]))["networks"][0]["about"]
    codes = shipped.codec.encode(shipped.dataset.flat())
    wrong = (shipped.codec.decode(codes) > 0.5) != (shipped.dataset.flat() > 0.5)
    assert about["wrong"] == int(wrong.sum())
    assert about["epoch"] == shipped.codec.epoch
    assert about["samples"] == len(shipped.dataset)


def test_earlier_epochs_come_before_that_of_the_weights(shipped: Exhibit) -> None:
    network = document_of(page_html([shipped]))["networks"][0]
    epochs = [frame["epoch"] for frame in network["film"]]
    assert len(epochs) >= 4
    assert epochs == sorted(epochs)
    assert epochs[-1] < network["epoch"]


def test_large_sets_are_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhibits, "MAX_SAMPLES", 5)
    saved = trained({"network": {"encoder": [{"units": 5}]}}, PICTURES)
    document = document_of(page_html([Exhibit.of_saved("few", saved)]))
    assert document["sets"][0]["count"] == 4
    assert document["networks"][0]["about"] | {"shown": 4} == document["networks"][0]["about"]


def test_what_no_page_can_hold_is_refused(
    shipped: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AeguiError, match=f"1 to {MAX_NETWORKS} networks, not 0"):
        page_html([])
    monkeypatch.setattr(exhibits, "MAX_NUMBERS", 100)
    with pytest.raises(AeguiError, match="weights to decode with"):
        page_html([shipped])


def test_it_can_be_given_up(shipped: Exhibit) -> None:
    with pytest.raises(Cancelled):
        page_html([shipped], cancelled=lambda: True)


def test_numbers_are_rounded_as_told() -> None:
    values = np.array([[0.1, -3.0, 1e-3]], np.float32)
    assert np.abs(rounded(values, "f16") - values).max() < 2e-3
    assert np.abs(rounded(values, "i8") - values).max() <= 0.5 * 3.0 / 127 + 1e-6
    plain = np.frombuffer(base64.b64decode(packed(values)["data"]), "<f4")
    assert plain.tolist() == values.reshape(-1).tolist()


def test_one_sample_and_nothing_but_noise_make_a_page() -> None:
    single = Dataset.from_images("single", np.ones((1, 7, 5)), labels=["x"])
    saved = trained({"network": {"encoder": [{"units": 5}]}}, single)
    assert document_of(page_html([Exhibit.of_saved("single", saved)]))["sets"][0]["count"] == 1


@pytest.mark.parametrize("sides", [(1, 64), (64, 1), (128, 3)])
def test_images_thinner_than_the_reduction_make_a_page(sides: tuple[int, int]) -> None:
    images = np.random.default_rng(0).random((6, *sides))
    thin = Dataset.from_images("thin", images, labels=list("abcdef"))
    saved = trained({"network": {"encoder": [{"units": 5}]}}, thin)
    atlas = document_of(page_html([Exhibit.of_saved("thin", saved)]))["sets"][0]["atlas"]
    assert max(atlas["side"]) <= 32 < max(sides)
    assert min(atlas["side"]) >= 1


def test_the_stated_difference_holds_for_every_sample_and_the_codes_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aegui.core.web_page.exhibit._EXACT_NUMBERS", 10)
    images = np.random.default_rng(0).random((500, 8, 8))
    grey = Dataset.from_images("grey", images, labels=["x"] * len(images))
    exhibit = Exhibit.of_saved("grey", trained({"network": {"encoder": [{"units": 9}]}}, grey))
    codec = exhibit.codec
    stored = codec.with_tensors(
        [{name: rounded(each, "f16") for name, each in layer.items()} for layer in codec.tensors]
    )
    codes = codec.encode(grey.flat())
    change = np.abs(codec.decode(codes) - stored.decode(rounded(codes, "f16"))).max()
    stated = document_of(page_html([exhibit]))["networks"][0]["rounded"]
    assert change <= stated <= 1.11 * change
