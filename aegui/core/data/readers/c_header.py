r"""C, C++ and Arduino headers: any number of arrays of glyphs, named by the comments beside them.

The text is scanned, not compiled. So a comment that ends in a backslash (``// 0x5c, \``) does not
swallow the next glyph, as it would in a compiler.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from aegui.core.data.readers.interpret import datasets_of, joined_singles, readable_sets
from aegui.core.data.readers.names import parse_name
from aegui.core.data.readers.nested import Comment, Nested, give_titles
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

# Possessive quantifiers (++) prevent catastrophic backtracking on megabytes of untrusted text.
_SKIPPED = re.compile(
    r"""//(?P<line>[^\n]*)
      | /\*(?P<block>.*?)(?:\*/|\Z)
      | "(?:[^"\\\n]|\\.)*+"?
      | '(?:[^'\\\n]|\\.){1,12}+'
      | ^[ \t]*\#(?:\\\n|[^\n])*+""",
    re.DOTALL | re.VERBOSE | re.MULTILINE,
)
_OPENING = re.compile(r"=\s{0,100}\{")
_DECLARED = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(?P<sizes>(?:\[[^][{}]*\]\s*)+)[^=;{}\[\]]*\Z")
_DECLARATION_CHARACTERS = 300
_TYPE = re.compile(r"\bu?int(8|16|32)_t\b|\b(char|byte|short)\b")
_BITS = {"char": 8, "byte": 8, "short": 16}
_TOKEN = re.compile(
    r"""(?P<space>\s+|,)
      | (?P<open>\{) | (?P<close>\})
      | \[(?P<index>[^]\n]{0,20})\]\s*=
      | \.(?P<field>[A-Za-z_]\w*)\s*=
      | (?P<cast>\(\s*[A-Za-z_][\w\s]{0,40}\))
      | (?P<number>[-+]?(?:0[xX][0-9A-Fa-f]+|0?[bB][01]+
            |(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?))
        [uUlLfF]{0,3}(?!\w)""",
    re.VERBOSE,
)
_LITERALS = re.compile(
    r"""(?:\s*+(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)++')\s*+,?+)++\s*+""", re.VERBOSE
)
_LITERAL = re.compile(r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)+)'""")
_TEXT = re.compile(
    r'(?<!\w)(?P<name>[A-Za-z_]\w*+)\s*+\[\w*+\]\s*+=\s*+"(?P<text>(?:[^"\\\n]|\\.){2,500}+)"\s*+;'
)
_DOCUMENTATION_MARK = re.compile(r"\A[/*!]<?(?=\s*\S)")
_STATED_SIZE = re.compile(r"\bglyphs? of (\d{1,2})x\d{1,5} pixels\b")
_STATED_COLUMNS = re.compile(
    r"\bglyphs? of (\d{1,2}) columns? and (\d{1,2}) rows?\. A glyph is its columns from the\s+"
    r"left, \d bytes? each; bit 0 is the top row\. (\w+) has their characters"
)
_ESCAPED = {"n": "\n", "t": "\t", "0": "\0"}
_OPENS_INDEX = re.compile(r"\[\s*\Z")
_MAX_DEPTH = 6


def is_c_header(source: GlyphSource) -> bool:
    """Return whether the text declares an array with values in braces."""
    if "=" not in source.text or "{" not in source.text:
        return False
    code, _ = _without_comments(source.text)
    return any(True for _ in _declarations(code))


def read_c_header(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read all arrays of glyphs in the file, with notes on arrays that are none.

    Raises:
        ReadError: An array is malformed, or none of them holds glyphs.
    """
    source.check_literals()
    code, comments = _without_comments(source.text)
    numbers = _with_characters(source.text, code)
    named = []
    notes: list[str] = []
    end = 0
    stated: tuple[str, tuple[int, int]] | None = None
    for name, sizes, bits, opening in _declarations(code):
        if opening < end:  # Inside the previous array
            continue
        names = _names(source.text, code, opening)
        if names is not None:
            end = names.end
            named.append((name, names))
            continue
        value = _parse(source, numbers, opening, bits)
        between = [one.text for one in comments if end <= one.start < opening]
        end = value.end
        if stated is not None and name == stated[0]:
            continue  # A list of characters; the comments beside the glyphs also name longer labels
        stated = _stated_columns(between)
        value.columns = None if stated is None else stated[1]
        value.row_width = _stated_width(between)
        _fill_up(value, sizes, name, notes)
        give_titles(value, comments, source.text)
        named.append((name, value))
    named += [(match["name"], _letters(match)) for match in _TEXT.finditer(source.text)]
    sets, left_out = readable_sets(named, source)
    return datasets_of(joined_singles(sets, source.path.stem), source), notes + left_out


def _names(text: str, code: str, opening: int) -> Nested | None:
    """Return the strings or characters in the braces at ``opening``, if there is nothing else."""
    closing = code.find("}", opening)
    if closing < 0 or code[opening + 1 : closing].strip(" \t\n,"):
        return None
    # ``code`` has comments and strings blanked, so the strings are taken from the file's text.
    inside = re.sub(r"//[^\n]*$", "", text[opening + 1 : closing], flags=re.MULTILINE)
    if _LITERALS.fullmatch(inside) is None:
        return None
    names = Nested(start=opening, end=closing + 1)
    for match in _LITERAL.finditer(inside):
        names.add(_unescaped(match[1] if match[1] is not None else match[2]))
    return names


def _with_characters(text: str, code: str) -> str:
    """Return ``code`` with character literals as their numbers, except indices: ``['a'] = {...}``.

    Each takes no more room than before, so that offsets stay what they are.
    """
    parts = []
    at = 0
    for match in _SKIPPED.finditer(text):
        if not match[0].startswith("'") or _OPENS_INDEX.search(
            text, max(0, match.start() - 20), match.start()
        ):
            continue
        character = _unescaped(match[0][1:-1])
        number = str(ord(character)) if len(character) == 1 else ""
        if 0 < len(number) <= len(match[0]):
            parts += [code[at : match.start()], number.ljust(len(match[0]))]
            at = match.end()
    return "".join([*parts, code[at:]])


def _letters(match: re.Match[str]) -> Nested:
    """Return the characters of a string, one for each glyph."""
    letters = Nested(start=match.start(), end=match.end())
    for character in _unescaped(match["text"]):
        letters.add(character)
    return letters


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), text)


def _without_comments(text: str) -> tuple[str, list[Comment]]:
    """Return the text with everything but code blanked in place, and the comments."""
    comments = []
    parts = []
    at = 0
    for match in _SKIPPED.finditer(text):
        remark = match["line"] if match["line"] is not None else match["block"]
        if remark is not None:
            remark = _DOCUMENTATION_MARK.sub("", remark).strip()
            comments.append(Comment(match.start(), match.end(), remark))
        parts += [text[at : match.start()], _blank(match[0])]
        at = match.end()
    return "".join([*parts, text[at:]]), comments


def _stated_width(comments: list[str]) -> int | None:
    """Return the width of the glyphs if a comment states it in the program's own form."""
    stated = next(filter(None, map(_STATED_SIZE.search, comments)), None)
    return int(stated[1]) or None if stated is not None else None


def _stated_columns(comments: list[str]) -> tuple[str, tuple[int, int]] | None:
    """Return the name of the list of characters, and the columns and rows of a glyph.

    None unless a comment states these in the program's own form for glyphs stored as columns.
    """
    stated = next(filter(None, map(_STATED_COLUMNS.search, comments)), None)
    if stated is None:
        return None
    size = int(stated[1]), int(stated[2])
    return (stated[3], size) if all(size) else None


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _declarations(code: str) -> Iterator[tuple[str, list[int | None], int | None, int]]:
    """Yield every initialised array: name, sizes, bits of a number, offset of the opening brace.

    Sizes and bits are None where the declaration does not state them in numbers.
    """
    for match in _OPENING.finditer(code):
        before = code[max(0, match.start() - _DECLARATION_CHARACTERS) : match.start()]
        declared = _DECLARED.search(before)
        if declared is not None:
            sizes = re.findall(r"\[([^]]*)\]", declared["sizes"])
            statement = re.split(r"[;{}]", before[: declared.start()])[-1]
            bits = _bits(statement)
            yield declared["name"], [_size(size) for size in sizes], bits, match.end() - 1


def _bits(statement: str) -> int | None:
    """Return the bits of the last type named in ``statement``; None if it is none of a size."""
    found = None
    for match in _TYPE.finditer(statement):
        found = int(match[1]) if match[1] is not None else _BITS[match[2]]
    return found


def _size(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None


def _parse(source: GlyphSource, code: str, opening: int, bits: int | None) -> Nested:
    """Parse the value in braces that begins at ``opening``, of numbers of ``bits`` bits."""
    root = Nested(start=opening, line=source.line_at(opening))
    stack = [root]
    title: tuple[str, str] | None = None
    line, counted = root.line or 1, opening
    at = opening + 1
    while stack:
        token = _TOKEN.match(code, at)
        if token is None:
            raise _unexpected(source, code, at, root)
        if token["open"]:
            line, counted = line + code.count("\n", counted, at), at
            if len(stack) == _MAX_DEPTH:
                raise source.refusal(tr("braces nested too deeply."), line)
            stack.append(Nested(start=at, line=line, title=title))
            title = None
        elif token["close"]:
            done = stack.pop()
            done.end = token.end()
            if stack:
                stack[-1].add(done)
        elif token["number"]:
            number = _number(token["number"])
            if not math.isfinite(number):
                reason = tr("“{found}” is too large.", found=token["number"][:30])
                raise source.refusal(reason, source.line_at(at))
            if bits is not None and abs(number) >= 1 << bits:
                reason = tr(
                    "“{found}” does not fit in the {bits} bits that the array is declared with.",
                    found=token["number"][:30],
                    bits=bits,
                )
                raise source.refusal(reason, source.line_at(at))
            stack[-1].add(number)
        elif token["index"] is not None:
            # Taken from the source text, since character literals are blanked in ``code``.
            title = parse_name(source.text[token.start("index") : token.end("index")])
        at = token.end()
    return root


def _unexpected(source: GlyphSource, code: str, at: int, root: Nested) -> Exception:
    if at >= len(code):
        return source.refusal(tr("the brace opened here is never closed."), root.line)
    word = re.match(r"\w+|.", code[at:])
    found = word[0][:30] if word is not None else ""
    return source.refusal(tr("“{found}” is not a number.", found=found), source.line_at(at))


def _number(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    digits = text.lstrip("+-").lower()
    if digits.startswith("0x"):
        return sign * _bounded(digits[2:], 16)
    if digits.startswith(("0b", "b")):
        return sign * _bounded(digits.lstrip("0b") or "0", 2)
    if re.fullmatch(r"0[0-7]+", digits):
        return sign * _bounded(digits, 8)
    return sign * float(digits)


def _bounded(digits: str, base: int) -> float:
    # Longer numbers cannot be a row of pixels, and would overflow a float.
    return float(int(digits[:200], base))


def _fill_up(value: Nested, sizes: list[int | None], name: str, notes: list[str]) -> None:
    """Fill up rows shorter than their declared length with zeros, as C does."""
    rows = [item for item in value.items if isinstance(item, Nested)]
    width = sizes[1] if len(sizes) == 2 else None
    if width is not None and 0 < width <= 64:
        short = [row for row in rows if len(row.items) < width and _is_flat(row)]
        for row in short:
            row.items += [0.0] * (width - len(row.items))
        if short:
            notes.append(
                tr(
                    "{name}: rows that are missing are empty, as in C (line {line}).",
                    name=name,
                    line=short[0].line,
                )
            )
    if rows and sizes and sizes[0] is not None and sizes[0] != len(rows):
        notes.append(
            tr(
                "{name} is declared with {declared} glyphs and holds {found}.",
                name=name,
                declared=sizes[0],
                found=len(rows),
            )
        )


def _is_flat(row: Nested) -> bool:
    return not any(isinstance(item, Nested) for item in row.items)
