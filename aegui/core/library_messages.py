"""Translated error messages of the parsers of JSON and YAML and of pydantic.

The libraries' own messages are English in any language. A message without an entry here is shown
as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from json import JSONDecodeError

    from pydantic_core import ErrorDetails

_JSON = {
    "Expecting value": mark("a value is missing"),
    "Expecting property name enclosed in double quotes": mark("a key in double quotes is missing"),
    "Expecting ':' delimiter": mark("a colon is missing"),
    "Expecting ',' delimiter": mark("a comma is missing"),
    "Illegal trailing comma before end of object": mark("there is an extra comma"),
    "Illegal trailing comma before end of array": mark("there is an extra comma"),
    "Unterminated string starting at": mark("a text is not closed"),
    "Invalid control character at": mark("a text has a control character or a line break"),
    "Invalid \\escape": mark("a text has an unknown sign after a backslash"),
    "Invalid \\uXXXX escape": mark("a text has an unknown sign after a backslash"),
    "Extra data": mark("something follows after the end"),
}
_YAML = {
    "mapping values are not allowed here": mark("a key with a value is not allowed here"),
    "found unexpected end of stream": mark("a text is not closed"),
    "could not find expected ':'": mark("a colon is missing"),
}
_YAML_FOUND = (
    (r"found character (?P<a>.+) that cannot start any token", mark("{a} is not allowed here")),
    (r"found undefined alias (?P<a>.+)", mark("there is no anchor {a}")),
    (r"expected (?P<a>.+), but (?:got|found) (?P<b>.+)", mark("{a} expected, {b} found")),
)
_YAML_PARTS = {
    "<stream end>": mark("the end of the file"),
    "<block end>": mark("the end of the part"),
    "<document start>": mark("the beginning of the document"),
    "<scalar>": mark("a value"),
    "the node content": mark("a value"),
}
_TYPES = {
    "int": mark("it must be a whole number"),
    "float": mark("it must be a number"),
    "finite": mark("it must be a number"),
    "string": mark("it must be a text"),
    "bool": mark("it must be true or false"),
    "list": mark("it must be a list"),
    "tuple": mark("it must be a list"),
    "dict": mark("it must be an object of keys and values"),
    "model": mark("it must be an object of keys and values"),
    "dataclass": mark("it must be an object of keys and values"),
    "literal": mark("it must be one of {expected}"),
    "missing": mark("it is missing"),
    "extra": mark("there is no such key"),
    "unexpected": mark("there is no such key"),
    "none": mark("it must be null"),
}
"""Beginning of the type of a pydantic error -> reason."""
_BOUNDS = {
    "greater_than": mark("it must be more than {gt:.15g}"),
    "greater_than_equal": mark("it must be at least {ge:.15g}"),
    "less_than": mark("it must be less than {lt:.15g}"),
    "less_than_equal": mark("it must be at most {le:.15g}"),
    "too_short": mark("it has too few items: at least {min_length}"),
    "too_long": mark("it has too many items: at most {max_length}"),
    "string_too_short": mark("it has too few characters: at least {min_length}"),
    "string_too_long": mark("it has too many characters: at most {max_length}"),
    "string_pattern_mismatch": mark("it does not have the required form"),
}


def json_reason(error: JSONDecodeError) -> str:
    """Return why a text is no JSON, without a full stop at its end."""
    return tr(_JSON[error.msg]) if error.msg in _JSON else error.msg


def yaml_reason(problem: str) -> str:
    """Return the problem reported by a YAML parser, without a full stop at its end."""
    if problem in _YAML:
        return tr(_YAML[problem])
    for form, words in _YAML_FOUND:
        match = re.fullmatch(form, problem, re.DOTALL)
        if match is not None:
            parts = match.groupdict().items()
            return tr(words, **{key: _yaml_part(part) for key, part in parts})
    return problem


def _yaml_part(part: str) -> str:
    unquoted = part.strip("'")
    return tr(_YAML_PARTS[unquoted]) if unquoted in _YAML_PARTS else part


_JSON_PLACE = re.compile(r" at line (\d+) column (\d+)")
"""Where pydantic's parser, whose words are English, has found that a text is no JSON."""


def document_reason(problem: ErrorDetails) -> str:
    """Return why pydantic refuses a part of a document, without a full stop at its end."""
    kind, known = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(known["error"]).rstrip(".")
    if kind == "json_invalid" and (place := _JSON_PLACE.search(problem["msg"])):
        return tr(
            "it is not valid JSON (line {line}, column {column})", line=place[1], column=place[2]
        )
    words = _BOUNDS.get(kind) or _TYPES.get(kind.partition("_")[0])
    if "expected" in known:
        known = {**known, "expected": str(known["expected"]).replace(" or ", ", ")}
    return problem["msg"] if words is None else tr(words, **known)
