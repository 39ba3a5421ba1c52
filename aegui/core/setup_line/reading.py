"""Parse a line into its recipe, or raise an error that names the position at fault."""

from __future__ import annotations

import json
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.recipe import Recipe
from aegui.core.recipe.errors import Written, place_of, recipe_error
from aegui.core.setup_line.chain import (
    ANY,
    is_chain,
    pieces,
    read_latent,
    read_layer,
    read_layers,
)
from aegui.core.setup_line.goal import GOAL, LineGoal, read_goal
from aegui.core.setup_line.rows import LOSS, OPTIMIZER, ROWS, Defaults
from aegui.core.setup_line.words import (
    MAX_LINE,
    LineError,
    Token,
    number_of,
    refusal,
    segments,
    unknown,
    value_of,
)
from aegui.core.setup_line.writing import SOURCE, is_known, pixels_of
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.setup_line.rows import LineRow, Path

VERSION = 1
"""Version of the lines that this program writes. Later versions are stated first, as ``v2``."""
_VERSION = re.compile(r"v(\d{1,6})")
_COMMAND = re.compile(r"(?:\$\s*)?aegui\s+train\s+")
_FIRST = re.compile(r'\s*(?:v\d+\s*\|\s*)?(?:"(?:[^"\\]|\\.)*"|[a-z][a-z0-9+-]*)?\s*(\S+)')
_VALUES = ('"', "[", "{")
"""First characters of a value in which an equals sign does not end a name."""
_AFTER = {row.word: row for row in ROWS if row.after}
_WORDS = {row.word: row for row in ROWS if row.word}


class LineReading(NamedTuple):
    """Result of parsing a line."""

    recipe: Recipe
    """The recipe."""
    goal: LineGoal | None = None
    """The goal; None if the line is no challenge."""
    left_out: tuple[str, ...] = ()
    """Segments by a newer program that this version does not know, verbatim."""


def is_line(text: str) -> bool:
    """Return whether ``text`` looks like a line: it begins with data and a chain of layers."""
    text = _without_command(text)
    return len(text) <= MAX_LINE and _begins(text)


def read_line(text: str) -> LineReading:
    """Parse a line into recipe and goal; line breaks count as spaces.

    Raises:
        LineError: The line is invalid; the message gives the position, the reason and a remedy.
    """
    text = _without_command(text)
    if len(text) > MAX_LINE:
        raise LineError(tr("This is too long for a set-up line."), 0, len(text))
    reader = _Reader()
    for tokens in segments(text):
        try:
            reader.take(tokens)
        except LineError:
            reader.check_before(tokens[0].start, text)
            raise
    return reader.result(text)


def _without_command(text: str) -> str:
    """Return ``text`` without a copied command and enclosing quotes."""
    text = text[: MAX_LINE + 1].strip()
    command = _COMMAND.match(text)
    if command is not None:
        text = text[command.end() :]
    quote = text[:1]
    is_quoted = quote in {"'", '"'} and text.endswith(quote) and len(text) > 1
    # The quotes may be those of a quoted source, which end before the chain, and of a last value.
    if is_quoted and (quote == "'" or (not _begins(text) and _begins(text[1:-1]))):
        text = text[1:-1]
    return text


def _begins(text: str) -> bool:
    """Return whether ``text`` begins with optional data and a chain of layers."""
    found = _FIRST.match(text)
    return found is not None and is_chain(found.group(1))


@dataclass
class _Reader:
    """Fills in the JSON of a recipe and records the token that set each path."""

    defaults: Defaults = field(default_factory=Defaults)
    filled: Defaults = field(default_factory=Defaults)
    spans: dict[Path, Token] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    goal: LineGoal | None = None
    asked: Token | None = None
    chain: tuple[Token, list[Token], Token | None] | None = None
    version: int = VERSION
    left_out: list[str] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        """The recipe so far, as JSON."""
        return self.filled.document

    def take(self, tokens: list[Token]) -> None:
        """Parse one segment."""
        if self.version == VERSION:
            self._take(tokens)
            return
        try:
            self._take(tokens)
        except LineError:
            # Segments of a later version that this one cannot parse are skipped and reported.
            self.left_out.append(" ".join(token.text for token in tokens))

    def _take(self, tokens: list[Token]) -> None:
        first = tokens[0]
        version = _VERSION.fullmatch(first.text)
        place = next((i for i, token in enumerate(tokens) if is_chain(token.text)), None)
        if version and len(tokens) == 1:
            self.version = max(VERSION, int(version.group(1)))
        elif first.text.startswith(GOAL):
            if self.goal is not None:
                raise refusal(first, tr("this is given twice."))
            self.goal, self.asked = read_goal(tokens), first
        elif place is not None and place < 2 and first.text not in _WORDS:
            self._take_network(tokens, place)
        elif first.text in OPTIMIZERS:
            self._fill(OPTIMIZER, tokens)
        elif first.text in LOSSES:
            self._fill(LOSS, tokens)
        elif len(tokens) == 2 and (row := _AFTER.get(_plural(tokens[1].text))) is not None:
            self._fill(row, tokens[:1])
        elif first.text in _WORDS:
            self._fill(_WORDS[first.text], tokens[1:], first)
        elif "=" in first.text and not first.text.startswith('"'):
            for token in tokens:
                self._take_path(token)
        else:
            raise unknown(first, [*_WORDS, *OPTIMIZERS, *LOSSES, GOAL])

    def _take_path(self, token: Token) -> None:
        name, _, _ = token.text.partition("=")
        known = {".".join(path): path for path in self.defaults.others()}
        if name not in known:
            raise unknown(token.part(0, len(name)), known or _WORDS)
        value = token.part(len(name) + 1)
        self._set(known[name], value_of(value), value, name)

    # First segment

    def _take_network(self, tokens: Sequence[Token], index: int) -> None:
        if self.chain is not None:
            raise refusal(tokens[index], tr("the layers are given twice."))
        if index:
            self._take_source(tokens[0])
        rest = tokens[index + 1 :]
        activation = None
        if rest:
            activation = rest[0]
            if activation.text not in ACTIVATIONS:
                raise unknown(activation, ACTIVATIONS)
        if len(rest) > 1:
            raise refusal(rest[1], tr('a bar "|" is missing before this.'))
        self.chain = tokens[index], pieces(tokens[index]), activation

    def _take_source(self, token: Token) -> None:
        source = value_of(token) if token.text.startswith('"') else token.text
        if not token.text.startswith('"'):
            if not SOURCE.fullmatch(token.text):
                raise refusal(token, tr("file names must be quoted."))
            if not is_known(token.text):
                raise unknown(token, BUILTIN_SETS)
        self._set(("data", "source"), source, token, "source")

    def _lay(self) -> None:
        """Set the layers; the size and channels of the images must be known by then."""
        if self.chain is None:
            return
        token, layers, activation = self.chain
        word = None if activation is None else activation.text
        pixels = pixels_of(self.document)
        self._check_end(layers[0], pixels)
        encoder, code, decoder = _divided(token, layers)
        if decoder is not None:
            self._check_end(layers[-1], pixels)
        network = self.document["network"]
        if isinstance(code, Token):
            latent = {**network["latent"], **read_latent(code)}
            self._set(("network", "latent"), latent, code, "latent")
        self._set_layers(("network", "encoder"), encoder, word, token)
        if decoder is not None:
            self._set_layers(("network", "decoder"), decoder, word, token)

    def _set_layers(
        self, path: Path, layers: list[Token], activation: str | None, chain: Token
    ) -> None:
        read = [read_layer(layer, activation) for layer in layers]
        self._set(path, read, chain, path[-1])
        for index, layer in enumerate(layers):
            self.spans[(*path, str(index))] = layer

    def _check_end(self, token: Token, pixels: int | None) -> None:
        if pixels is None or token.text in {ANY, str(pixels)}:
            return
        reason = tr(
            "the images of {source} have {n:,} numbers: a chain begins with {n}, and if it goes on "
            "after the code it ends with {n}.",
            source=self.document["data"]["source"],
            n=pixels,
        )
        raise refusal(token, reason)

    # Other segments

    def _fill(self, row: LineRow, tokens: Sequence[Token], word: Token | None = None) -> None:
        if row.part and self.document[row.part] is None:
            self.document[row.part] = self.filled.parts[row.part]
        if word is not None:
            for path in row.fields.values():
                self.names.setdefault(".".join(path[:-1]), word.text)
        leads = list(row.leads)
        if row.assumed and tokens and leads and _is_number(tokens[0]):
            path = row.fields[leads.pop(0)]
            self._set(path, row.assumed, tokens[0], path[-1])
        for token in tokens:
            name, has_value, _ = token.text.partition("=")
            if has_value and not token.text.startswith(_VALUES):
                if name not in row.fields:
                    raise unknown(token.part(0, len(name)), row.fields)
                self._put(row, name, token.part(len(name) + 1))
            elif token.text in row.fields and self.defaults.at(row.fields[token.text]) is False:
                self._set(row.fields[token.text], value=True, token=token, name=token.text)
            elif leads:
                self._put(row, leads.pop(0), token)
            else:
                raise unknown(token, [f"{name}=" for name in row.fields])
        if word is not None and not tokens and row.leads:
            raise refusal(word, tr("a value is missing after this."))

    def _put(self, row: LineRow, name: str, token: Token) -> None:
        value: Any
        if name in row.chains:
            value = None if token.text == "none" else read_layers(token)
        elif name in row.layer:
            value = None if token.text == "none" else read_layer(token)
        else:
            value = value_of(token)
        self._set(row.fields[name], value, token, row.word if len(row.fields) == 1 else name)

    def _set(self, path: Path, value: Any, token: Token, name: str) -> None:
        if path in self.spans:
            raise refusal(token, tr("this is given twice."))
        self.spans[path] = token
        self.names[".".join(path)] = name
        holder = self.document
        for step in path[:-1]:
            holder = holder[step]
        default = self.defaults.at(path)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value, token)
        holder[path[-1]] = value

    def check_before(self, end: int, text: str) -> None:
        """Raise the first error before ``end`` in the segments so far, if there is one."""
        if self.chain is None:
            return
        try:
            self.result(text)
        except LineError as error:
            if error.end <= end:
                raise

    def result(self, text: str) -> LineReading:
        """Return the validated recipe with its goal."""
        if self.chain is None:
            reason = tr("the layers are missing: begin with data and layers, such as {example}.",
                        example="lowercase 35-25-10-2 tanh")  # fmt: skip
            raise refusal(Token(text, 0), reason)
        self._lay()
        try:
            encoded = json.dumps(self.document)
            recipe = Recipe.model_validate_json(encoded, strict=True)
        except ValidationError as error:
            token = self._token_at(place_of(error, self._written)) or Token(text, 0)
            words = recipe_error(error, aliases=self.names, written=self._written)
            raise refusal(token, str(words)) from None
        except (RecursionError, ValueError):
            raise refusal(Token(text, 0), tr("there is text in it that is not valid Unicode."))\
                from None  # fmt: skip
        if self.goal is not None and self.asked is not None:
            unfit = self.goal.unfit(recipe)
            if unfit:
                raise refusal(self.asked, unfit)
        return LineReading(recipe, self.goal, tuple(self.left_out))

    def _written(self, place: tuple[int | str, ...]) -> Written:
        """Return where the value at ``place`` was written, with its text if it is a number."""
        token = self._token_at(place)
        if token is None:
            return Written(0)
        is_exact = self.spans.get(tuple(map(str, place))) is token
        return Written(token.start, token.text if is_exact and _is_number(token) else "")

    def _token_at(self, place: tuple[int | str, ...]) -> Token | None:
        path = tuple(map(str, place))
        for length in range(len(path), 0, -1):
            if path[:length] in self.spans:
                return self.spans[path[:length]]
        inside = (token for key, token in self.spans.items() if key[: len(path)] == path)
        return next(inside, None)


def _divided(chain: Token, layers: list[Token]) -> tuple[list[Token], Token, list[Token] | None]:
    """Split a chain into encoder, code and decoder; None if the decoder mirrors the encoder."""
    inner = layers[1:]
    marked = [place for place, layer in enumerate(inner) if layer.text.startswith("[")]
    if len(marked) > 1:
        raise refusal(inner[marked[1]], tr("only the code may be in brackets."))
    if marked:
        place = marked[0]
        code = inner[place]
        if not code.text.endswith("]"):
            raise refusal(code, tr("brackets hold only the code: [2]."))
        after = inner[place + 1 :]
        return inner[:place], code.part(1, -1), after[:-1] if after else None
    if len(layers) > 2 and layers[-1].text == layers[0].text:
        texts = [layer.text for layer in layers]
        middle = len(texts) // 2
        if len(texts) % 2 == 0 or texts != texts[::-1]:
            raise refusal(
                chain,
                tr("it is not clear which of the layers is the code: put it in brackets, [2]."),
            )
        return layers[1:middle], layers[middle], None
    return inner[:-1], inner[-1], None


def _is_number(token: Token) -> bool:
    try:
        number_of(token)
    except LineError:
        return False
    return True


def _as_float(value: int, token: Token) -> float:
    try:
        return float(value)
    except OverflowError:
        raise refusal(token, tr("this must be a number.")) from None


def _plural(word: str) -> str:
    """Return the word of a row in the plural: rows after a value also accept ``1 epoch``."""
    return word if word in _AFTER else f"{word}s"
