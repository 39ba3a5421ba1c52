"""The texts of a page, in every language of the program."""

from __future__ import annotations

from aegui.core.i18n import LANGUAGES, mark, texts_in

_TEXTS = {
    "network": mark("Network"),
    "language": mark("Language"),
    "dark": mark("Dark"),
    "light": mark("Light"),
    "map": mark("Map of the code: every place decodes into an image"),
    "help": mark(
        "Move over the map to decode the place under the pointer. Wheel or +/− zooms, dragging "
        "moves the map, a click or P pins; arrow keys move the cursor. On a touch screen one "
        "finger decodes, two move and zoom."
    ),
    "zoom_in": mark("Zoom in"),
    "zoom_out": mark("Zoom out"),
    "whole": mark("Show the whole map"),
    "epochs": mark("Epochs of the training"),
    "epoch": mark("Epoch {epoch} of {of}"),
    "play": mark("Play the training"),
    "pause": mark("Pause"),
    "film_rounded": mark("An earlier epoch, its weights rounded to 8 bits."),
    "film_picture": mark(
        "An earlier epoch: a picture made with this page. The last epoch decodes under the pointer."
    ),
    "cursor": mark("Under the cursor"),
    "code": mark("Code"),
    "nearest": mark("Nearest sample"),
    "nearest_words": mark("{name}, at a distance of {distance}"),
    "glyph": mark("Image decoded at the code {code}. Nearest sample: {nearest}"),
    "pin": mark("Pin this place"),
    "unpin": mark("Remove the pin {name}"),
    "shuffle": mark("Another plane"),
    "between": mark("Between the pins"),
    "pins_hint": mark("Pin a second place to see the images between them."),
    "path": mark("Images on the straight path through the pins"),
    "along": mark("Position on the path through the pins"),
    "editor": mark("Draw, and see the network's answer"),
    "editor_help": mark("Pixel editor: click or drag to change pixels; arrow keys and space"),
    "answer": mark("The network's answer to the drawing"),
    "answer_words": mark("{changed} pixels changed; {gap} from the sample {name}."),
    "editor_last": mark("Drawings are answered by the last epoch."),
    "clear": mark("Clear"),
    "noise": mark("Flip 10 %"),
    "take": mark("Nearest sample to the editor"),
    "about": mark("About this network"),
    "about_words": mark("Seed {seed}, epoch {epoch}, {weights}. Data: {data}, {samples} samples."),
    "best": mark("best weights"),
    "last": mark("last weights"),
    "past": mark("weights of that epoch"),
    "live": mark("weights while it learns"),
    "some": mark("{shown} of them are on the map."),
    "wrong": mark("Wrong pixels of these samples: {wrong} in total, {worst} in the worst."),
    "exact": mark("The weights are exactly those of the run."),
    "rounded": mark(
        "The weights are rounded to 16 bits: images differ from those of the run by at most "
        "{most} (looked at: the samples)."
    ),
    "made": mark("Made with aegui {version}. This page works without a network connection."),
}
"""Texts by the keys of resources/web_page/page.js, which fills in the names in braces."""


def page_texts() -> dict[str, dict[str, str]]:
    """Return the texts by language, each with the language's own name as ``language_name``."""
    return {
        code: {**texts_in(code, _TEXTS), "language_name": name} for code, name in LANGUAGES.items()
    }
