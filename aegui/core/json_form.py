"""Versioned JSON documents described by pydantic models, with one clear message for an error.

Studies and lessons are such documents. Unknown keys are refused by name, with the nearest known
one; the valid keys of an object are found by the name of the key that it is under.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from aegui.core.errors import ended
from aegui.core.i18n import tr
from aegui.core.library_messages import document_reason
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import did_you_mean, quoted, refused

AnyModel = TypeVar("AnyModel", bound=BaseModel)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    Location = tuple[int | str, ...]


@dataclass(frozen=True)
class JsonForm(Generic[AnyModel]):
    """A kind of document."""

    model: type[AnyModel]
    """The pydantic model of the document."""
    format: str
    """The value of its key ``format``."""
    version: int
    """The supported version."""
    not_one: str
    """Message for any other document, marked, with ``{f}`` for the format."""
    other_version: str
    """Message for another version, marked, with ``{theirs}`` and ``{ours}``."""
    parts: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    """Name of a key -> model of the objects under it, for messages."""
    strict: bool = False
    """Whether to refuse a string in place of a number."""

    def read(self, document: object, where: str = "") -> AnyModel:
        """Validate a JSON document; ``where`` is named at the beginning of an error message.

        Raises:
            RecipeError: The document is of another kind or invalid; the message names key, value
                and reason.
        """
        if not isinstance(document, dict) or document.get("format") != self.format:
            raise refused(where, tr(self.not_one, f=self.format))
        version = document.get("version")
        if version != self.version or isinstance(version, bool):
            words = tr(self.other_version, theirs=quoted(version), ours=self.version)
            raise refused(where, words)
        try:
            # Through JSON, because only there pydantic's strict mode accepts a list for a tuple.
            text = json.dumps(document)
            found = self.model.model_validate_json(text, strict=self.strict or None)
            if not self.strict:
                self._refuse_truths(text, where)
            return found
        except ValidationError as error:
            raise refused(where, self._problem(error.errors(include_url=False))) from None
        except (RecursionError, ValueError):
            words = tr("the lists or objects in it are nested too deeply.")
            raise refused(where, words) from None

    def _refuse_truths(self, text: str, where: str) -> None:
        """Refuse true and false in place of a number, which pydantic takes for 1 and 0."""
        try:
            self.model.model_validate_json(text, strict=True)
        except ValidationError as error:
            problems = error.errors(include_url=False)
            truths = [problem for problem in problems if isinstance(problem["input"], bool)]
            if truths:
                raise refused(where, self._problem(truths)) from None

    def _problem(self, problems: list[ErrorDetails]) -> str:
        """Return the first problem: its place, what is wrong, and what is valid there."""
        problems.sort(key=lambda problem: problem["type"] != "extra_forbidden")
        problem = problems[0]
        location = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = self._keys_at(problem["loc"][:-1])
            hint = did_you_mean(problem["loc"][-1], known)
            hint = hint or " " + tr("Known: {keys}.", keys=", ".join(known))
            return tr('there is no key "{key}".', key=location) + hint
        if problem["type"] == "missing":
            return tr('"{key}" is missing.', key=location)
        if problem["type"] == "value_error":
            reason = ended(str(problem["ctx"]["error"]))
            return f'"{location}": {reason}' if location else reason
        return tr(
            '"{key}" is {value}: {reason}.',
            key=location,
            value=quoted(problem["input"]),
            reason=document_reason(problem),
        )

    def _keys_at(self, location: Location) -> list[str]:
        """Return the valid keys of the object at ``location``."""
        names = [str(step) for step in location if not isinstance(step, int)]
        known = [self.parts[name] for name in reversed(names) if name in self.parts]
        return list((known[0] if known else self.model).model_fields)
