"""Tables of choices: the key stored in files, the label shown, and the validation of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Choice:
    """One row of a table: the key stored in files, the label shown, and a help text."""

    key: str
    label: str
    help: str
    parameters: tuple[str, ...] = ()


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Row = TypeVar("_Row", bound=_Keyed)


def table(*rows: _Row) -> dict[str, _Row]:
    """Return the rows by their keys, in order."""
    return {row.key: row for row in rows}


@dataclass(frozen=True, eq=False)
class OneOf:
    """Annotation for a string that must be a key of a table: ``Annotated[str, OneOf(LOSSES)]``.

    Its errors read like those of a ``Literal``. The table is consulted on each validation, so that
    rows added later are accepted.
    """

    table: Mapping[str, Choice]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """Return the pydantic validator."""
        from pydantic_core import core_schema  # Imported here: command-line help does not need it

        return core_schema.no_info_plain_validator_function(self._checked)

    def _checked(self, value: Any) -> str:
        if isinstance(value, str) and value in self.table:
            return value
        from pydantic_core import PydanticCustomError

        expected = " or ".join(map(repr, self.table))
        raise PydanticCustomError(
            "literal_error", "Input should be {expected}", {"expected": expected}
        )
