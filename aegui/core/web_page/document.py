"""The HTML page: a single self-contained file that makes no network requests.

Its content security policy allows only its own script, identified by its hash, and images embedded
in the file. Data are embedded in a block that is parsed, never executed. Formulas of activations
(``core/formula.py``) are translated to JavaScript when the page is written, for one number at a
time: a page that evaluated text from its data could not forbid ``eval``.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from aegui import __version__
from aegui.core.colours import CLASS_COLOURS, CLASS_MARKS, MARKS, lightened
from aegui.core.data.dataset import same_data
from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError
from aegui.core.i18n import LANGUAGES, language, mark, texts_in, tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.web_page.exhibit import network_document, samples_document
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.web_page.exhibit import Exhibit


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
}
_MATH = {
    "exp": "Math.exp",
    "expm1": "Math.expm1",
    "log": "Math.log",
    "log1p": "Math.log1p",
    "sqrt": "Math.sqrt",
    "abs": "Math.abs",
    "sin": "Math.sin",
    "cos": "Math.cos",
    "tanh": "Math.tanh",
    "sinh": "Math.sinh",
    "cosh": "Math.cosh",
    "minimum": "Math.min",
    "maximum": "Math.max",
    # Defined in resources/web_page/network.js.
    "sigmoid": "sigmoid",
    "erf": "erf",
    "logaddexp": "logAddExp",
}


def javascript(formula: str) -> str:
    """Return the formula as a JavaScript expression of scalar variables.

    Raises:
        ValueError: The formula uses something that JavaScript code cannot compute here.
    """
    return _expression(ast.parse(formula, mode="eval").body)


def _expression(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=None):
            return "null"
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return repr(value)
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{_expression(operand)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            return f"({_expression(left)} {_BINARY[type(operator)]} {_expression(right)})"
        case ast.Compare(left=left, ops=[compared], comparators=[right]) if (
            type(compared) in _COMPARED
        ):
            return f"({_expression(left)} {_COMPARED[type(compared)]} {_expression(right)})"
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_expression(each) for each in arguments])
    raise ValueError(f"no JavaScript is known for {ast.unparse(node)!r}")


def _call(name: str, arguments: list[str]) -> str:
    if name in _MATH:
        return f"{_MATH[name]}({', '.join(arguments)})"
    if name in _OTHER:
        return _OTHER[name](arguments)
    raise ValueError(f"no JavaScript is known for {name}()")


def _where(arguments: list[str]) -> str:
    condition, then, other = arguments
    return f"({condition} ? {then} : {other})"


def _square(arguments: list[str]) -> str:
    return f"({arguments[0]} ** 2)"


_OTHER: dict[str, Callable[[list[str]], str]] = {"where": _where, "square": _square}


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
    "noise": mark("Flip 10%"),
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


MAX_NETWORKS = 200
"""Maximum number of networks of one page: those of a class."""
_SCRIPTS = ("network.js", "samples.js", "model.js", "map.js", "page.js")
_COMMENT = re.compile(r"^\s*//.*\n?", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def page_html(
    exhibits: Sequence[Exhibit],
    title: str = "",
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> str:
    """Return the page of these networks, listed in the given order.

    Args:
        exhibits: The networks, at least one.
        title: Title of the page; if empty, the name of the displayed network.
        report: Called with the progress.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: There are too many networks, or one is too large.
        Cancelled: ``cancelled`` returned True.
    """
    if not 1 <= len(exhibits) <= MAX_NETWORKS:
        raise AeguiError(
            tr("A page shows 1 to {most} networks, not {n}.", most=MAX_NETWORKS, n=len(exhibits))
        )
    progress = Progress(len(exhibits), _words, report, cancelled)
    sets: list[tuple[Exhibit, dict[str, Any]]] = []
    networks = []
    for done, exhibit in enumerate(exhibits):
        progress.reached(done)
        index = _index_of_set(exhibit, sets)
        networks.append({"set": index, **network_document(exhibit, cancelled)})
    progress.reached(len(exhibits))
    document = {
        "title": title,
        "version": __version__,
        "language": language(),
        "texts": page_texts(),
        "colours": {
            "light": list(CLASS_COLOURS),
            "dark": [lightened(colour) for colour in CLASS_COLOURS],
        },
        "marks": {"outlines": MARKS, "of_classes": CLASS_MARKS},
        "sets": [samples for _, samples in sets],
        "networks": networks,
    }
    return _html(title or exhibits[0].name, document)


def _words(done: int, total: int) -> str:
    return tr("Network {done} of {total}", done=min(done + 1, total), total=total)


def _index_of_set(exhibit: Exhibit, sets: list[tuple[Exhibit, dict[str, Any]]]) -> int:
    """Return the index of the samples in ``sets``, adding them if no network has the same data."""
    for index, (other, _) in enumerate(sets):
        if same_data(other.dataset, exhibit.dataset):
            return index
    sets.append((exhibit, samples_document(exhibit)))
    return len(sets) - 1


def _html(title: str, document: dict[str, Any]) -> str:
    style, script = _short(_read("page.css")), _script(document)
    policy = (
        f"default-src 'none'; img-src data:; style-src {_sum(style)}; script-src {_sum(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="aegui {__version__}">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_short(_read('page.html'))}"
        f'<script type="application/json" id="data">{_data(document)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _data(document: dict[str, Any]) -> str:
    """Return the document as JSON without "<", so that no text in it can close the element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _script(document: dict[str, Any]) -> str:
    used = {
        layer["activation"]
        for network in document["networks"]
        for part in (network["decoder"], network["encoder"] or {"layers": []})
        for layer in part["layers"]
        if "activation" in layer
    }
    rows = [f"{key}: (z) => {javascript(ACTIVATIONS[key].formula)}," for key in sorted(used)]
    table = "\n".join(["const ACTIVATIONS = {", *rows, "};", ""])
    parts = "".join(_short(_read(name)) for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{table}{parts}}})();\n'


def _short(text: str) -> str:
    """Return ``text`` without comments and indentation, to keep the page small."""
    return _INDENT.sub("", _COMMENT.sub("", text))


def _sum(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _read(name: str) -> str:
    return (resources_dir() / "web_page" / name).read_text(encoding="utf-8")
