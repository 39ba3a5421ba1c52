"""Pages in a real browser: they compute as the program does and react to mouse and keys."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.run_file.saved import load_run
from aegui.core.web_page.document import page_html
from aegui.core.web_page.exhibit import Exhibit
from aegui.paths import models_dir
from tests.core.web_page.made import every_kind
from tests.harness.browser import Browser, browser_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    browser_program() is None, reason="no browser here: Debian's package is called chromium"
)
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="module")
def kinds() -> list[Exhibit]:
    return every_kind()


@pytest.fixture
def letters(browser: Browser, tmp_path: Path) -> Browser:
    """Return the browser on a page of letters, in English."""
    show(browser, tmp_path, [Exhibit.of_saved("letters", shipped("letters-2d"))])
    return browser


def shipped(name: str) -> Any:
    return load_run(models_dir() / f"{name}.aegui")


def show(browser: Browser, folder: Path, exhibits: list[Exhibit], title: str = "") -> None:
    """Open the page of ``exhibits``."""
    path = folder / "page.html"
    path.write_text(page_html(exhibits, title), encoding="utf-8")
    browser.asked.clear()
    browser.errors.clear()
    browser.open(path)
    browser.wait_for("window.aegui && aegui.shown() && aegui.map.width > 0")
    choose(browser, "#language", "en")


def choose(browser: Browser, selector: str, value: str) -> None:
    """Choose ``value`` in a list."""
    browser.value(
        f"(() => {{ const it = document.querySelector({json.dumps(selector)});"
        f"it.value = {json.dumps(value)}; it.dispatchEvent(new Event('change'));"
        "it.dispatchEvent(new Event('input')); })()"
    )


def text(browser: Browser, selector: str) -> str:
    found: str = browser.value(f"document.querySelector({json.dumps(selector)}).textContent")
    return found


def test_every_layer_and_activation_computes_as_here(
    browser: Browser, tmp_path: Path, kinds: list[Exhibit]
) -> None:
    show(browser, tmp_path, kinds)
    draw = np.random.default_rng(5)
    for place, exhibit in enumerate(kinds):
        codec = exhibit.codec
        codes = draw.normal(size=(4, codec.latent_size)).astype(np.float32)
        found = browser.value(
            f"{json.dumps(codes.tolist())}.map((z) =>"
            f" Array.from(aegui.models[{place}].decode(Float32Array.from(z))))"
        )
        assert np.abs(np.array(found) - codec.decode(codes)).max() < TOLERANCE, exhibit.name
        if exhibit.dataset.image_shape[0] == 1:
            images = np.asarray(exhibit.dataset.flat()[:4])
            read = browser.value(
                f"{json.dumps(images.tolist())}.map((x) =>"
                f" Array.from(aegui.models[{place}].encode(Float32Array.from(x))))"
            )
            expected = codec.encode(images)
            near = TOLERANCE * max(1.0, float(np.abs(expected).max()))
            assert np.abs(np.array(read) - expected).max() < near, exhibit.name
    assert not browser.errors


@pytest.mark.parametrize("name", ["mnist-vae-2", "emoji-faces-16", "fashion-gan"])
def test_shipped_models_compute_as_here(browser: Browser, tmp_path: Path, name: str) -> None:
    saved = shipped(name)
    show(browser, tmp_path, [Exhibit.of_saved(name, saved)])
    codec = saved.codec()
    codes = np.random.default_rng(6).normal(size=(2, codec.latent_size)).astype(np.float32)
    found = browser.value(
        f"{json.dumps(codes.tolist())}.map((z) =>"
        " Array.from(aegui.models[0].decode(Float32Array.from(z))))"
    )
    # The weights of these files are in 16 bits already.
    assert np.abs(np.array(found) - codec.decode(codes)).max() < TOLERANCE
    assert all(address.startswith(("file:", "data:")) for address in browser.asked)
    assert not browser.errors


def test_the_pointer_decodes_where_it_is(letters: Browser) -> None:
    x, y = letters.middle("#map")
    letters.mouse("moved", x - 150, y + 60)
    before = letters.value("aegui.map.cursor")
    image = letters.value("document.querySelector('#glyph').toDataURL()")
    letters.mouse("moved", x + 150, y - 60)
    after = letters.value("aegui.map.cursor")
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert letters.value("document.querySelector('#glyph').toDataURL()") != image
    assert "at a distance of" in text(letters, "#nearest")


def test_the_wheel_zooms_about_the_pointer_and_dragging_moves(letters: Browser) -> None:
    x, y = letters.middle("#map")
    letters.mouse("moved", x + 80, y + 40)
    scale, place = letters.value("[aegui.map.scale, aegui.map.cursor]")
    letters.mouse("wheel", x + 80, y + 40, deltaX=0, deltaY=-240)
    letters.wait_for(f"aegui.map.scale > {1.1 * scale}")
    letters.mouse("moved", x + 80, y + 40)
    assert letters.value("aegui.map.cursor") == pytest.approx(place, abs=1.0 / scale)
    middle = letters.value("aegui.map.middle")
    letters.mouse("pressed", x, y, button="left", buttons=1)
    letters.mouse("moved", x + 50, y, button="left", buttons=1)
    letters.mouse("released", x + 50, y, button="left")
    assert letters.value("aegui.map.middle")[0] < middle[0]
    assert letters.value("aegui.map.pins.length") == 0
    letters.value("document.querySelector('#whole').click()")
    assert letters.value("aegui.map.scale") == pytest.approx(scale)


def test_one_finger_decodes_and_two_move_and_zoom(letters: Browser) -> None:
    x, y = letters.middle("#map")
    letters.touch("Start", (x - 90, y))
    before = letters.value("aegui.map.cursor")
    assert letters.value("aegui.map.touch"), "the image stands clear of the finger"
    middle, scale = letters.value("aegui.map.middle"), letters.value("aegui.map.scale")
    letters.touch("Move", (x + 90, y))
    letters.touch("End")
    assert letters.value("aegui.map.cursor")[0] > before[0]
    assert letters.value("aegui.map.middle") == middle
    assert letters.value("aegui.map.scale") == scale
    assert letters.value("aegui.map.pins.length") == 0
    letters.touch("Start", (x - 40, y), (x + 40, y))
    for gap in (60, 80, 100):
        letters.touch("Move", (x - gap, y), (x + gap, y))
    letters.touch("End")
    letters.wait_for(f"aegui.map.scale > {1.5 * scale}")
    place = letters.middle("#editor")
    drawn = "document.querySelector('#editor').toDataURL()"
    before = letters.value(drawn)
    letters.touch("Start", (place[0], place[1] - 30))
    letters.touch("Move", (place[0], place[1] + 30))
    letters.touch("End")
    letters.wait_for(f"{drawn} !== {before!r}")


def test_keys_move_the_cursor_and_pin(letters: Browser) -> None:
    letters.value("document.querySelector('#map').focus()")
    before = letters.value("aegui.map.cursor")
    letters.key("ArrowRight")
    letters.key("ArrowUp")
    after = letters.value("aegui.map.cursor")
    assert after[0] > before[0]
    assert after[1] > before[1]
    letters.key("p")
    assert letters.value("aegui.map.pins.length") == 1
    assert not letters.value("document.querySelector('#pins-box').hidden")


def test_between_two_pins_there_is_a_path(letters: Browser) -> None:
    x, y = letters.middle("#map")
    for far in (-120, 120):
        letters.click(x + far, y + far / 2)
    assert letters.value("aegui.map.pins.length") == 2
    assert not letters.value("document.querySelector('#path-box').hidden")
    choose(letters, "#along", "1000")
    assert letters.value("aegui.map.cursor") == pytest.approx(
        letters.value("aegui.shown().placeOf(aegui.map.pins[1].z)"), abs=1e-5
    )
    letters.value("document.querySelector('#pins button').click()")
    assert letters.value("aegui.map.pins.length") == 1


def test_a_drawing_is_answered(letters: Browser) -> None:
    saved = shipped("letters-2d")
    place = saved.dataset.labels.index("a")
    letters.value(f"aegui.map.moveTo(...aegui.shown().places.slice({2 * place}, {2 * place + 2}))")
    letters.value("document.querySelector('#take').click()")
    assert text(letters, "#answer-words") == "0 pixels changed; 0 from the sample a."
    x, y = letters.middle("#editor")
    letters.click(x, y)
    drawn = saved.dataset.images[place].reshape(-1).copy()
    drawn[17] = 1.0 - drawn[17]
    answer = saved.codec().reconstruct(drawn[np.newaxis])[0] > 0.5
    changed = int((answer != (drawn > 0.5)).sum())
    assert text(letters, "#answer-words").startswith(f"{changed} pixels changed;")


def test_earlier_epochs_are_shown_and_told(letters: Browser) -> None:
    choose(letters, "#epoch", "0")
    assert text(letters, "#epoch-words").startswith("Epoch 0 of")
    assert "rounded to 8 bits" in text(letters, "#film-note")
    assert text(letters, "#answer-words") == "Drawings are answered by the last epoch."
    places = letters.value("Array.from(aegui.shown().shownPlaces)")
    assert places != letters.value("Array.from(aegui.shown().places)")
    letters.value("document.querySelector('#play').click()")
    letters.wait_for("aegui.shown().moment !== 0")
    letters.value("document.querySelector('#play').click()")


def test_large_networks_show_pictures_of_earlier_epochs(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [Exhibit.of_saved("denoise", shipped("letters-denoise"))])
    choose(browser, "#epoch", "0")
    assert not browser.value("aegui.shown().decodes")
    browser.wait_for("aegui.map.picture && aegui.map.picture.image.complete")
    assert "picture made with this page" in text(browser, "#film-note")
    assert not browser.errors


def test_the_nearest_sample_is_seen_where_it_has_a_picture(
    browser: Browser, tmp_path: Path
) -> None:
    show(browser, tmp_path, [Exhibit.of_saved("digits", shipped("mnist-vae-2"))])
    # Its picture is ready some time after the page: nothing has been moved meanwhile.
    ink = "document.querySelector('#sample').getContext('2d').getImageData(0, 0, 52, 52).data"
    near = "aegui.shown().nearest(...aegui.map.cursor).index"
    assert browser.value(f"{near} < aegui.shown().samples.atlas.count")
    browser.wait_for(f"{ink}.some((value, i) => i % 4 < 3 && value > 100)")
    without = "aegui.shown().samples.atlas.count"
    browser.value(
        f"aegui.map.moveTo(...aegui.shown().places.slice(2 * {without}, 2 * {without} + 2))"
    )
    assert browser.value(f"{near} >= {without}")
    assert browser.value("document.querySelector('#sample').hidden")
    assert not browser.errors


def test_language_theme_and_network_are_chosen(browser: Browser, tmp_path: Path) -> None:
    saved = shipped("letters-2d")
    two = [Exhibit.of_saved(name, saved) for name in ("first", "second")]
    show(browser, tmp_path, two, title="Ours")
    assert text(browser, "#title") == "Ours"
    choose(browser, "#language", "es")
    assert text(browser, "#pin") != "Pin this place"
    assert browser.value("document.documentElement.lang") == "es"
    assert text(browser, "#epoch-words") == "Época 4.000 de 4.000", "as in the program"
    theme = browser.value("document.documentElement.dataset.theme")
    browser.value("document.querySelector('#theme').click()")
    assert browser.value("document.documentElement.dataset.theme") != theme
    choose(browser, "#network", "1")
    assert browser.value("aegui.shown().name") == "second"


def test_the_theme_follows_the_system_until_one_is_chosen(letters: Browser) -> None:
    def prefer(scheme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        letters.ask("Emulation.setEmulatedMedia", features=[feature])

    theme = "document.documentElement.dataset.theme"
    for scheme in ("light", "dark", "light"):
        prefer(scheme)
        letters.wait_for(f"{theme} === '{scheme}'")
    letters.value("document.querySelector('#theme').click()")
    prefer("dark")
    prefer("light")
    letters.value("new Promise(requestAnimationFrame)")
    assert letters.value(theme) == "dark"
    letters.ask("Emulation.setEmulatedMedia", features=[])


def test_classes_have_a_legend_with_their_marks(browser: Browser, tmp_path: Path) -> None:
    saved = shipped("emoji-faces")
    letters = Exhibit.of_saved("letters", shipped("letters-2d"))
    show(browser, tmp_path, [Exhibit.of_saved("faces", saved), letters])
    entries = browser.value(
        "Array.from(document.querySelectorAll('#legend li')).map((e) => e.textContent)"
    )
    assert len(entries) == len(saved.dataset.classes) == 16
    assert "Cat faces" in entries
    # Marks of one colour differ in their outline, all of them in one or the other.
    looks = "new Set(Array.from(document.querySelectorAll('#legend canvas'), (e) => e.toDataURL()))"
    assert browser.value(f"{looks}.size") == 16
    before = browser.value("document.querySelector('#legend canvas').toDataURL()")
    browser.value("document.querySelector('#theme').click()")
    assert browser.value("document.querySelector('#legend canvas').toDataURL()") != before
    choose(browser, "#network", "1")
    assert browser.value("document.querySelector('#legend').hidden")
    assert not browser.errors


def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path) -> None:
    exhibit = Exhibit.of_saved("x", shipped("letters-2d"))
    bad = "</script><img src=x onerror=document.title=1>"
    names = (bad,) * len(exhibit.dataset)
    hostile = replace(exhibit.dataset, name=bad, labels=names, names=names)
    show(browser, tmp_path, [replace(exhibit, name=bad, dataset=hostile)])
    assert browser.value("document.images.length") == 0
    assert browser.value("document.title") == bad
    assert bad in text(browser, "#nearest")
    assert not browser.errors


def test_it_fits_a_phone(letters: Browser) -> None:
    letters.resize(360, 740, 2.0, phone=True)
    try:
        letters.wait_for("document.documentElement.scrollWidth <= 360")
        assert letters.value("document.querySelector('#map').clientWidth") > 320
    finally:
        letters.resize(1280, 800)
