"""Messages for an invalid recipe: the key, its value, and what it may be."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, Tag

from aegui.core.choices import OneOf
from aegui.core.errors import AeguiError, RecipeError, elided, ended
from aegui.core.i18n import tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import NUMBER, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]

_LONGEST_QUOTE = 60
_LARGEST_INTEGER = 1e15
"""Larger limits are written with an exponent."""


@dataclass(frozen=True)
class Written:
    """The text of a value in the source of a recipe, for messages."""

    order: int
    """Of several problems the one with the lowest is reported first."""
    text: str = ""
    """The value as written; if empty, the parsed value is quoted."""


_AS_READ = Written(0)


def recipe_error(
    error: ValidationError,
    where: str = "",
    aliases: Mapping[str, str] | None = None,
    written: Callable[[Location], Written] = lambda _place: _AS_READ,
) -> RecipeError:
    """Return one message for a failed validation: its first problem, and how many more there are.

    Args:
        error: The error raised by pydantic.
        where: The file, named at the start of the message.
        aliases: Path in the recipe -> name of the key in the source.
        written: Returns the text of the value at a place, if the source was no JSON.
    """
    problems = _problems(error, written)
    text = written(_walk(problems[0]["loc"]).shown).text
    message = _in_words(problems[0], aliases or {}, text)
    if len(problems) > 1:
        more = len(problems) - 1
        message += " " + trn("({n} more problem.)", "({n} more problems.)", more)
    return RecipeError(f"{where}: " + message if where else message)


def place_of(error: ValidationError, written: Callable[[Location], Written]) -> Location:
    """Return the place of the problem that ``recipe_error`` reports: keys and list indices."""
    return _walk(_problems(error, written)[0]["loc"]).shown


def _problems(error: ValidationError, written: Callable[[Location], Written]) -> list[ErrorDetails]:
    problems = error.errors(include_url=False)
    # A misspelt key causes the "missing" error that pydantic lists before it.
    problems.sort(
        key=lambda it: (it["type"] != "extra_forbidden", written(_walk(it["loc"]).shown).order)
    )
    return problems


def quoted(value: object) -> str:
    """Return ``value`` as in a file, shortened, for use inside a message."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    text = f'"{value}"' if isinstance(value, str) else _as_json(value)
    return elided(text, _LONGEST_QUOTE)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to ``word``, or None."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    import difflib

    found = difflib.get_close_matches(word[:100].lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def file_or_shipped(name: str, shipped: Mapping[str, Path], neither: str) -> Path:
    """Return the file ``name``, or that of ``shipped`` under this name.

    Raises:
        AeguiError: There is neither: the marked text ``neither``, with ``{file}`` and ``{hint}``.
    """
    path = Path(name)
    if path.exists():
        return path
    if name in shipped:
        return shipped[name]
    hint = did_you_mean(path.stem, shipped)
    hint = hint or " " + tr("There are {names}.", names=", ".join(shipped))
    raise AeguiError(tr(neither, file=name, hint=hint))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `` Did you mean "x"?`` with its leading space, or ""."""
    candidate = nearest(word, known) if isinstance(word, str) else None
    return "" if candidate is None else " " + tr('Did you mean "{word}"?', word=candidate)


def _as_json(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 10**20:
        return tr("a very large whole number")
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError):  # keys or cycles that only YAML allows
        return repr(value)


_NO_KIND = "union_tag_not_found"
_WRONG_KIND = "union_tag_invalid"


def _in_words(problem: ErrorDetails, aliases: Mapping[str, str], written: str) -> str:
    if problem["type"] in {_NO_KIND, _WRONG_KIND}:
        return _kind_in_words(problem, aliases)
    location = problem["loc"]
    key = elided(_alias(location, aliases))
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        known = list(_walk(location[:-1]).found.model_fields)
        hint = did_you_mean(location[-1], known) or " " + tr(
            "Known: {keys}.", keys=", ".join(known)
        )
        return tr('there is no key "{key}".', key=key) + hint
    if kind == "missing":
        return tr('"{key}" is missing; it must be {allowed}.', key=key, allowed=_allowed(location))
    if kind == "value_error":
        return f'"{key}": {ended(str(problem["ctx"]["error"]))}'
    if not location:
        return tr("a recipe is an object of keys and values.")
    message = tr(
        '"{key}" is {value}; it must be {allowed}.',
        key=key,
        value=elided(written, _LONGEST_QUOTE) or quoted(value),
        allowed=_allowed(location),
    )
    if kind == "literal_error":
        message += did_you_mean(value, map(str, _choices(location)))
    return message


def _kind_in_words(problem: ErrorDetails, aliases: Mapping[str, str]) -> str:
    """Return the message for a part whose ``kind`` is missing or unknown."""
    location, value = problem["loc"], problem["input"]
    kinds = list(_walk(location).arms)
    if not isinstance(value, Mapping):
        allowed = tr("an object of keys and values")
        key = _alias(location, aliases)
        return tr(
            '"{key}" is {value}; it must be {allowed}.',
            key=key,
            value=quoted(value),
            allowed=allowed,
        )
    allowed = tr("one of {choices}", choices=", ".join(map(quoted, kinds)))
    key = _alias((*location, "kind"), aliases)
    if problem["type"] == _NO_KIND:
        return tr('"{key}" is missing; it must be {allowed}.', key=key, allowed=allowed)
    kind = value.get("kind")
    message = tr(
        '"{key}" is {value}; it must be {allowed}.', key=key, value=quoted(kind), allowed=allowed
    )
    return message + did_you_mean(kind, kinds)


def _alias(location: Location, aliases: Mapping[str, str]) -> str:
    location = _walk(location).shown
    for length in range(len(location), 0, -1):
        path = ".".join(map(str, location[:length]))
        if path in aliases:
            return aliases[path]
    return ".".join(map(str, location))


@dataclass(frozen=True)
class _Walk:
    """The schema at a place of pydantic's."""

    found: Any
    """The type there, without ``None`` and ``Annotated``."""
    limits: list[Any]
    """The constraints on it."""
    arms: dict[str, Any]
    """If the type depends on a ``kind``: the kinds, and the type of each."""
    shown: Location
    """The place for messages, without the kinds that pydantic inserts."""


def _walk(location: Location) -> _Walk:
    at = _Walk(Recipe, [], {}, ())
    for step in location:
        if step in at.arms:
            at = _unwrapped(at.arms[str(step)], [], at.shown)
            continue
        shown = (*at.shown, step)
        fields = getattr(at.found, "model_fields", {})
        if step in fields:
            field = fields[step]
            at = _unwrapped(field.annotation, list(field.metadata), shown)
        elif isinstance(step, int):
            at = _unwrapped(get_args(at.found)[0], [], shown)
        else:
            at = _Walk(Any, [], {}, shown)
    return at


def _unwrapped(found: Any, limits: list[Any], shown: Location) -> _Walk:
    while True:
        origin = get_origin(found)
        if origin in {Union, types.UnionType}:
            arms = [arm for arm in get_args(found) if arm is not type(None)]
            if len(arms) > 1:
                return _Walk(found, limits, {_kind_of(arm): arm for arm in arms}, shown)
            found = arms[0]
        elif origin is Annotated:
            found, *metadata = get_args(found)
            for item in metadata:
                limits.extend(getattr(item, "metadata", [item]))
        else:
            return _Walk(found, limits, {}, shown)


def _kind_of(arm: Any) -> str:
    """Return the kind of one type of a union: its tag, or the one value of its ``kind``."""
    tag = next((item.tag for item in get_args(arm)[1:] if isinstance(item, Tag)), None)
    return tag or str(get_args(arm.model_fields["kind"].annotation)[0])


def _choices(location: Location) -> list[object]:
    at = _walk(location)
    keys = next((list(item.table) for item in at.limits if isinstance(item, OneOf)), None)
    if keys is None and get_origin(at.found) is Literal:
        return list(get_args(at.found))
    return list(keys or ())


def _allowed(location: Location) -> str:
    at = _walk(location)
    found, limits = at.found, at.limits
    if choices := _choices(location):
        return tr("one of {choices}", choices=", ".join(map(quoted, choices)))
    if get_origin(found) is tuple and Ellipsis not in get_args(found):
        return _one_or_two(get_args(found)[0])
    if get_origin(found) is tuple:
        longest = next((item.max_length for item in limits if hasattr(item, "max_length")), 0)
        if get_args(found)[0] is str or str in get_args(get_args(found)[0]):
            return tr("a list [...] of at most {n:,} strings", n=longest)
        return tr("a list [...] of at most {n} layers", n=longest)
    if found is bool:
        return tr("true or false")
    if any(getattr(item, "pattern", None) for item in limits):
        return tr('a colour such as "#ffffff"')
    if found is str:
        longest = next((item.max_length for item in limits if hasattr(item, "max_length")), 0)
        return trn("a text of at most {n} character", "a text of at most {n} characters", longest)
    if found is int and location[-1] == NUMBER:
        return _one_or_two(Annotated[int, *limits])
    if found is int or found is float:
        return _range(found, limits)
    return tr("an object of keys and values")


def _one_or_two(number: Any) -> str:
    """Describe the sizes allowed for rows and columns."""
    at = _unwrapped(number, [], ())
    allowed = _range(at.found, at.limits)
    return tr("{number}, or two of them for rows and columns", number=allowed)


def _short(limit: Any) -> Any:
    """Return 1 in place of 1.0."""
    is_integer = isinstance(limit, float) and limit.is_integer() and abs(limit) < _LARGEST_INTEGER
    return int(limit) if is_integer else limit


def _range(found: type, limits: list[Any]) -> str:
    least = next((_short(item.ge) for item in limits if isinstance(item, annotated_types.Ge)), None)
    above = next((_short(item.gt) for item in limits if isinstance(item, annotated_types.Gt)), None)
    most = next((_short(item.le) for item in limits if isinstance(item, annotated_types.Le)), None)
    below = next((_short(item.lt) for item in limits if isinstance(item, annotated_types.Lt)), None)
    kind = tr("a whole number") if found is int else tr("a number")
    words = [kind]
    if least is not None and most is not None:
        words.append(tr("from {least:,} to {most:,}", least=least, most=most))
    elif least is not None:
        words.append(tr("of at least {least:,}", least=least))
    elif above is not None:
        words.append(tr("greater than {above:g}", above=above))
    if below is not None or (most is not None and least is None):
        words.append(
            tr("and less than {below:,}", below=below)
            if below is not None
            else tr("and at most {most:,}", most=most)
        )
    return " ".join(words)


def refused(where: str, message: str) -> RecipeError:
    """Return an error about the file ``where``."""
    return RecipeError(f"{where}: " + message if where else message)
