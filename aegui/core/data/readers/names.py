"""Labels and names of glyphs: parsed from the comment or heading beside a glyph, and formatted.

Files of others have ``0x61, a`` or ``a`` or ``'a'`` or ``U+0061 small a`` beside a glyph. The
program writes ``0x61 a``; whatever would not be read back unchanged is written as a JSON string.
"""

from __future__ import annotations

import json
import re

from aegui.core.json_text import from_json

DISPLAY_NAMES = {" ": "space", "\x7f": "DEL"}
"""Names of invisible characters."""

_BY_WORD = {"space": " ", "blank": " ", "sp": " ", "del": "\x7f", "delete": "\x7f"}
_CODE = re.compile(r"(?:0[xX]|U\+)([0-9A-Fa-f]{2,6})(?![0-9A-Za-z])")
_SEPARATOR = re.compile(r"\s*[,:;=–—-]\s*(?=\S)|[,:;=]\s*\Z|\s*")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
LONGEST_LABEL = 80
"""Upper bound for the number of characters of a label; longer ones are cut."""


def display_name(label: str) -> str:
    """Return the name of a glyph of which only the label is known."""
    return DISPLAY_NAMES.get(label, label)


def begins_with_code(text: str) -> bool:
    """Return whether ``text`` begins with a character code or a quoted label."""
    return _CODE.match(text) is not None or _json_string(text) is not None


def parse_name(text: str) -> tuple[str, str]:
    """Parse label and name from a comment or heading: ``0x20 space`` is ``(" ", "space")``."""
    text = text.strip()
    code = _CODE.match(text)
    if code is not None and _is_character(int(code[1], 16)):
        label = chr(int(code[1], 16))
        rest = text[code.end() :]
        return label, _second(rest, display_name(label))
    quoted = _json_string(text)
    if quoted is not None:
        label, rest = quoted
        return label, _second(rest, display_name(label))
    name = _unquoted(text)[:LONGEST_LABEL]
    label = _BY_WORD.get(name.lower(), name)
    return label, display_name(label) if len(label) == 1 else name


def title_of(key: str) -> tuple[str, str]:
    """Return label and name for the key of a mapping, or for a given label."""
    return (key, display_name(key)) if len(key) == 1 else parse_name(key)


def format_name(label: str, name: str) -> str:
    """Format ``label`` and ``name`` as a line that ``parse_name`` reads back unchanged.

    The line never ends in a backslash, which would continue a C comment on the next one.
    """
    if len(label) == 1 and _is_character(ord(label)):
        first = f"0x{ord(label):02X}"
    else:
        first = json.dumps(label)
        if name == display_name(label):
            return first
    unquoted = f"{first} {name}"
    is_safe = name.isprintable() and not name.endswith(("\\", "/"))
    return (
        unquoted
        if is_safe and parse_name(unquoted) == (label, name)
        else f"{first} {json.dumps(name)}"
    )


def _second(rest: str, default: str) -> str:
    separator = _SEPARATOR.match(rest)
    rest = rest[separator.end() :].strip() if separator is not None else rest.strip()
    quoted = _json_string(rest)
    if quoted is not None and not quoted[1].strip():
        return quoted[0]
    return _unquoted(rest)[:LONGEST_LABEL] or default


def _json_string(text: str) -> tuple[str, str] | None:
    match = _JSON_STRING.match(text)
    if match is None:
        return None
    try:
        return str(from_json(match[0])), text[match.end() :]
    except ValueError:
        return None


def _unquoted(text: str) -> str:
    """Remove the quotes around ``'a'``; a lone quote is kept."""
    return text[1:-1] if len(text) >= 3 and text[0] == text[-1] and text[0] in "'`" else text


def _is_character(code: int) -> bool:
    # Half of a surrogate pair is no character and cannot be written to a file.
    return code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
