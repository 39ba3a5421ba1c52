"""Tables of choices: what files store, what a person reads, and the rule that a key has its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Choice:
    """One row of a table: what files store, what a person reads, and why one would take it."""

    key: str
    label: str
    help: str
    parameters: tuple[str, ...] = ()


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Row = TypeVar("_Row", bound=_Keyed)


def table(*rows: _Row) -> dict[str, _Row]:
    """The rows by their keys, in their order."""
    return {row.key: row for row in rows}


@dataclass(frozen=True, eq=False)
class OneOf:
    """Says of a text in a recipe that it is a key of a table: ``Annotated[str, OneOf(LOSSES)]``.

    What pydantic refuses reads like that of a ``Literal``. The table is looked at anew each time,
    so that a row that is added later counts too.
    """

    table: Mapping[str, Choice]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """How pydantic checks it."""
        from pydantic_core import core_schema  # the command line draws its help without it

        return core_schema.no_info_plain_validator_function(self._checked)

    def _checked(self, value: Any) -> str:
        if isinstance(value, str) and value in self.table:
            return value
        from pydantic_core import PydanticCustomError

        expected = " or ".join(map(repr, self.table))
        raise PydanticCustomError(
            "literal_error", "Input should be {expected}", {"expected": expected}
        )
