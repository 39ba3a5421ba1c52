"""Python source: lists, tuples, dicts and numpy arrays of numbers. Parsed, never executed."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.data.readers.interpret import (
    NAME_WORDS,
    datasets_of,
    joined_singles,
    readable_sets,
)
from aegui.core.data.readers.names import display_name
from aegui.core.data.readers.nested import Comment, Nested, give_titles
from aegui.core.data.readers.source import MAX_NUMBERS
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

_MAX_TEXT = 2 << 20
_MAX_LITERALS = 200_000
"""Python's own parser takes a kilobyte for each number."""
_MAX_DEPTH = 8
_WRAPPERS = frozenset(
    {"array", "asarray", "list", "tuple", "matrix", "tensor", "Tensor", "FloatTensor", "stack"}
    | {"vstack", "float32", "float64", "uint8", "int8", "int32"}
)
"""Calls that return the numbers of their first argument unchanged."""

_UNCHANGING = frozenset({"astype", "copy", "tolist", "float", "int", "long", "squeeze"})
"""Methods that return the numbers of their object unchanged."""

_ASSIGNMENT = re.compile(
    r"^[A-Za-z_]\w*\s*(?::[^=\n]{1,80})?=\s*(?:[A-Za-z_][\w.]*\s*\(|[\[({])", re.MULTILINE
)
_LOOSE_VALUE = re.compile(
    r"(?:\s*#[^\n]*\n)*\s*(?:(?:\w+\.)?(?:array|asarray|tensor)\s*\(|[\[({])[\s\[({]*[-+.\d'\"]"
)
_PRINTED_NUMPY = re.compile(r"(?:array\()?\s*\[[\[\]\s\d.,+\-eE]+\]\s*\)?\s*\Z")


def is_python(source: GlyphSource) -> bool:
    """Return whether the text looks like Python that assigns, or is, a list, a dict or an array."""
    text = source.text
    if _ASSIGNMENT.search(text):
        return True
    return _LOOSE_VALUE.match(text) is not None and text.rstrip().endswith(("]", ")", "}"))


def read_python(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the sets of glyphs in the values of a Python source.

    Raises:
        ReadError: The text is not valid Python, or holds no glyphs.
    """
    if len(source.text) > _MAX_TEXT:
        raise source.refusal(tr("larger than {limit} MB.", limit=_MAX_TEXT >> 20))
    source.check_literals(_MAX_LITERALS)
    text = _with_commas(source.text)
    evaluator = _Evaluator(source, text)
    named = evaluator.values(_tree(source, text))
    comments = _comments(text, evaluator.line_starts)
    for _, value in named:
        give_titles(value, comments, text)
    sets, notes = readable_sets(named, source)
    return datasets_of(joined_singles(sets, source.path.stem), source), notes


def _with_commas(text: str) -> str:
    """Insert the commas that numpy leaves out when it prints arrays."""
    if "," in text or not _PRINTED_NUMPY.match(text):
        return text
    return re.sub(r"(?<=[\d.\]])(?=\s+[-+\d.\[])", ",", text)


def _tree(source: GlyphSource, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        if "integer string conversion" in error.msg:
            words = tr("there is a number with thousands of digits in it.")
            raise source.refusal(words, error.lineno) from error
        raise source.refusal(tr("not valid Python: {why}.", why=error.msg), error.lineno) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise source.refusal(tr("nested too deeply.")) from error


def _comments(text: str, line_starts: list[int]) -> list[Comment]:
    comments = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                start = line_starts[token.start[0] - 1] + token.start[1]
                end = start + len(token.string)
                # Only one sign is stripped; a second one may be the character that the comment
                # names.
                comments.append(Comment(start, end, token.string[1:].strip()))
    except (tokenize.TokenError, SyntaxError):
        return comments
    return comments


_Value = Nested | float | str | None


class _Evaluator:
    """Turns the literal parts of a syntax tree into nested values."""

    def __init__(self, source: GlyphSource, text: str) -> None:
        self.source = source
        self.lines = text.split("\n")
        self.line_starts = [0]
        for line in self.lines:
            self.line_starts.append(self.line_starts[-1] + len(line) + 1)
        self.variables: dict[str, Nested] = {}
        self.used: set[str] = set()

    def values(self, tree: ast.Module) -> list[tuple[str, Nested]]:
        """Return the values at the top level with their names, without those used in others."""
        loose = []
        for statement in tree.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                targets = (
                    statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                )
                value = self._value(statement.value, 0)
                if isinstance(value, str):
                    value = _letters(value, targets[0])
                if isinstance(value, Nested) and isinstance(targets[0], ast.Name):
                    self.variables[targets[0].id] = value
            elif isinstance(statement, ast.Expr):
                value = self._value(statement.value, 0)
                if isinstance(value, Nested):
                    loose.append((self.source.path.stem, value))
        named = [item for item in self.variables.items() if item[0] not in self.used]
        return named + loose

    def _value(self, node: ast.expr, depth: int) -> Nested | float | str | None:
        """Return the value of a literal expression; None for anything else."""
        if depth > _MAX_DEPTH:
            return None
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                if abs(number) < 1e18:
                    return float(number)
                if depth == 0:
                    return None  # An unrelated setting beside the lists
                found = self.lines[node.lineno - 1].encode()[node.col_offset :][:30]
                words = tr(
                    "“{found}” is not a number of a glyph.", found=found.decode(errors="ignore")
                )
                raise self.source.refusal(words, node.lineno)
            case ast.Constant(value=str() as text):
                return text
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                positive = self._value(operand, depth + 1)
                return -positive if isinstance(positive, float) else None
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._value(operand, depth + 1)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self._list(node, items, depth)
            case ast.BinOp(left=left, op=ast.Mult() | ast.Add() as sign, right=right):
                one, other = self._value(left, depth + 1), self._value(right, depth + 1)
                if isinstance(sign, ast.Add):
                    return self._together(node, one, other)
                return self._repeated(node, one, other)
            case ast.Dict(keys=keys, values=values):
                return self._mapping(node, keys, values, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.Name(id=name) if name in self.variables:
                return self._reference(name)
        return None

    def _list(self, node: ast.expr, items: list[ast.expr], depth: int) -> Nested | None:
        result = self._empty(node)
        for item in items:
            value = self._value(item, depth + 1)
            if value is None:
                return None
            self._add(result, value)
        return result

    def _repeated(self, node: ast.expr, one: _Value, other: _Value) -> Nested | None:
        """Return a list times a whole number, such as ``[0] * 7``, in either order."""
        if isinstance(other, Nested):
            one, other = other, one
        if not (isinstance(one, Nested) and one.keys is None and isinstance(other, float)):
            return None
        # Empty lists contain no numbers, but take memory all the same.
        if not (other.is_integer() and 0 <= other * max(one.size, len(one.items)) <= MAX_NUMBERS):
            return None
        result = self._empty(node)
        for _ in range(int(other) if one.items else 0):
            for item in one.items:
                self._add(result, replace(item) if isinstance(item, Nested) else item)
        return result

    def _together(self, node: ast.expr, one: _Value, other: _Value) -> Nested | None:
        """Return two lists one after the other."""
        result = self._empty(node)
        for part in (one, other):
            if not isinstance(part, Nested) or part.keys is not None:
                return None
            for item in part.items:
                self._add(result, item)
        return result

    def _mapping(
        self, node: ast.expr, keys: list[ast.expr | None], values: list[ast.expr], depth: int
    ) -> Nested:
        result = self._empty(node)
        result.keys = []
        for key, item in zip(keys, values, strict=True):
            value = self._value(item, depth + 1)
            if isinstance(key, ast.Constant) and value is not None:
                result.keys.append(_key(key.value))
                self._add(result, value)
        return result

    def _add(self, result: Nested, value: Nested | float | str) -> None:
        result.add(value)
        # Nested references to one list, and sums of empty ones, grow exponentially.
        if max(result.size, len(result.items)) > MAX_NUMBERS:
            raise self.source.refusal(tr("more than {n} numbers.", n=MAX_NUMBERS), result.line)

    def _call(self, node: ast.Call, depth: int) -> Nested | float | str | None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _UNCHANGING:
            return self._value(function.value, depth)
        if isinstance(function, ast.Attribute) and function.attr == "reshape":
            return self._reshaped(node, function.value, depth)
        name = function.attr if isinstance(function, ast.Attribute) else None
        name = function.id if isinstance(function, ast.Name) else name
        if name == "dict" and not node.args:
            keys: list[ast.expr | None] = [ast.Constant(word.arg) for word in node.keywords]
            return self._mapping(node, keys, [word.value for word in node.keywords], depth)
        return self._value(node.args[0], depth) if name in _WRAPPERS and node.args else None

    def _reshaped(self, node: ast.Call, base: ast.expr, depth: int) -> Nested | None:
        value = self._value(base, depth)
        sizes = node.args[0].elts if _is_sequence(node.args[:1]) else node.args  # type: ignore[attr-defined]
        numbers = [self._value(size, depth) for size in sizes]
        if not isinstance(value, Nested) or not all(isinstance(n, float) for n in numbers):
            return None
        shape = [int(n) for n in numbers if isinstance(n, float)]
        return _regrouped(value, shape)

    def _reference(self, name: str) -> Nested:
        self.used.add(name)
        original = self.variables[name]
        return replace(original, title=original.title or (name, name))

    def _empty(self, node: ast.expr) -> Nested:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return Nested(start=start, end=end, line=node.lineno)

    def _offset(self, line: int, column: int) -> int:
        # Columns of the tree count bytes of UTF-8, offsets count characters.
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self.line_starts[line - 1] + column


def _letters(text: str, target: ast.expr) -> Nested | None:
    """Return the characters of a string assigned to a name such as "labels", one for each glyph."""
    if not isinstance(target, ast.Name) or target.id.lower() not in NAME_WORDS[:-2]:
        return None
    letters = Nested()
    for character in text:
        letters.add(character)
    return letters if letters.items else None


def _is_sequence(nodes: list[ast.expr]) -> bool:
    return bool(nodes) and isinstance(nodes[0], (ast.Tuple, ast.List))


def _key(value: object) -> str:
    """Return a key as a label; integers from 32 on are character codes."""
    if isinstance(value, int) and 32 <= value < 0xD800:
        return f"0x{value:02X} {display_name(chr(value))}"
    return str(value)


def _regrouped(value: Nested, shape: list[int]) -> Nested | None:
    """Reshape the numbers of ``value`` to lists of ``shape``, of which one length may be -1."""
    numbers: list[float] = []
    _flatten(value, numbers)
    known = 1
    for size in shape:
        known *= size if size > 0 else 1
    if shape.count(-1) == 1 and known and len(numbers) % known == 0:
        shape[shape.index(-1)] = len(numbers) // known
        known = len(numbers)
    if known != len(numbers) or not shape or min(shape) < 1 or len(shape) > 4:
        return None
    level: list[Nested | float | str] = list(numbers)
    for size in reversed(shape):
        level = [_group(level[i : i + size], value) for i in range(0, len(level), size)]
    result = level[0]
    return result if isinstance(result, Nested) else None


def _group(items: list[Nested | float | str], like: Nested) -> Nested:
    group = Nested(start=like.start, end=like.start, line=like.line)
    for item in items:
        group.add(item)
    return group


def _flatten(value: Nested, numbers: list[float]) -> None:
    for item in value.items:
        if isinstance(item, Nested):
            _flatten(item, numbers)
        elif isinstance(item, float):
            numbers.append(item)
