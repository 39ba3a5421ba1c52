r"""Formulas as they are written in files: a small subset of TeX, validated before typesetting.

``_{}``, ``^{}``, ``\frac{}{}``, ``\hat{}``, ``\tilde{}``, ``\sum``, ``\op{name}``, and ``\{`` and
``\}`` for visible braces; see ``kit/math_boxes.py``, which paints them.
"""

from __future__ import annotations

import re

from aegui.core.i18n import tr

MAX_FORMULA = 300
"""Upper bound for the characters of a formula, which must fit into a line."""
_MAX_NESTED = 12
_ARGUMENTS = {"frac": 2, "sum": 0, "hat": 1, "tilde": 1, "op": 1}
_PLAIN = (
    (re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\(?:op|hat|tilde)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\sum"), "Σ"),
    (re.compile(r"([_^])\{([^{}]*)\}"), r"\1\2"),
)
_SEEN = str.maketrans("\ue000\ue001", "{}")
"""Visible braces are replaced by private-use characters while commands are replaced."""


def check_formula(text: str) -> None:
    """Check that a formula can be typeset.

    Raises:
        ValueError: The formula is too long, lacks a brace or argument, or has an unknown command.
    """
    if len(text) > MAX_FORMULA:
        raise ValueError(tr("a formula has at most {n} letters", n=MAX_FORMULA))
    if _row(text, 0, 0) != len(text):
        raise ValueError(tr("a closing brace has no opening one"))


def plain_formula(text: str) -> str:
    """Return a formula without commands, for a screen reader."""
    before = ""
    text = text.replace("\\{", "\ue000").replace("\\}", "\ue001")
    while before != text:
        before = text
        for pattern, words in _PLAIN:
            text = pattern.sub(words, text)
    return text.translate(_SEEN)


def _row(text: str, at: int, depth: int) -> int:
    """Return the end of the row that begins at ``at``: a closing brace, or the end of the text."""
    if depth > _MAX_NESTED:
        raise ValueError(tr("the braces of a formula are nested too deeply"))
    while at < len(text) and text[at] != "}":
        at = _atom(text, at, depth)
        while at < len(text) and text[at] in "_^":
            at = _atom(text, at + 1, depth)
    return at


def _atom(text: str, at: int, depth: int) -> int:
    if at >= len(text) or text[at] == "}":
        raise ValueError(tr("something is missing at the end of a formula, or before a brace"))
    if text[at] == "{":
        end = _row(text, at + 1, depth + 1)
        if end >= len(text):
            raise ValueError(tr("an opening brace is not closed"))
        return end + 1
    if text[at] != "\\":
        return at + 1
    if text[at + 1 : at + 2] in ("{", "}"):
        return at + 2
    end = at + 1
    while end < len(text) and text[end].isalpha():
        end += 1
    name = text[at + 1 : end]
    if name not in _ARGUMENTS:
        known = ", ".join(f"\\{one}" for one in _ARGUMENTS)
        raise ValueError(tr("a formula knows the commands {known}", known=known))
    for _ in range(_ARGUMENTS[name]):
        end = _atom(text, end, depth + 1)
    return end
