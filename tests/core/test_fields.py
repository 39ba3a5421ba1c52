from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import ENDLESS, MAX, TINY, FieldWords, fields_of, worded

KINDS = table(Choice("a", "A", "The first."), Choice("b", "B", "The second."))


class Part(BaseModel):
    size: Annotated[int, Field(ge=2, lt=10)] = worded(2, "Size", "How large.")
    rate: Annotated[float, Field(gt=0.0, le=5.0)] = worded(1.0, "Rate", "How fast.", step=0.5)


class Whole(Part):
    kind: Annotated[str, OneOf(KINDS)] = worded("a", "Kind", "Which.")
    most: Annotated[int, Field(ge=0)] | None = worded(None, "Most", "At most.", begins=7)
    is_on: bool = worded(True, "On", "Whether.")
    size: Annotated[int, Field(ge=2, lt=10)] = worded(3, "Size", "How large.")
    silent: int = 0


@dataclass(frozen=True)
class Plain:
    steps: Annotated[int, Field(ge=1), FieldWords("Steps", "How many.")] = 1
    share: Annotated[float, FieldWords("Share", "Of all.")] = 0.0


def test_own_fields_come_before_inherited_ones_and_those_without_words_do_not() -> None:
    assert list(fields_of(Whole)) == ["kind", "most", "is_on", "size", "rate"]
    assert list(fields_of(Plain)) == ["steps", "share"]


@pytest.mark.parametrize(
    ("model", "name", "editor", "limits"),
    [
        (Whole, "size", "count", (2, 9)),
        (Whole, "rate", "number", (TINY, 5.0)),
        (Whole, "most", "count", (0, MAX)),
        (Whole, "is_on", "check", None),
        (Whole, "kind", "choice", None),
        (Plain, "steps", "count", (1, MAX)),
        (Plain, "share", "number", (0.0, ENDLESS)),
    ],
)
def test_editor_and_range_are_those_of_the_type(
    model: type, name: str, editor: str, limits: tuple[float, float] | None
) -> None:
    field = fields_of(model)[name]
    assert field.editor == editor
    assert field.is_number is (limits is not None)
    assert limits is None or field.limits == limits


def test_the_rest_is_said_in_words() -> None:
    fields = fields_of(Whole)
    assert (fields["rate"].label, fields["rate"].help, fields["rate"].step) == (
        "Rate",
        "How fast.",
        0.5,
    )
    assert (fields["most"].may_be_none, fields["most"].begins) == (True, 7)
    assert fields["kind"].choices == KINDS
    assert not fields["size"].may_be_none


def test_the_words_leave_the_model_as_it_is() -> None:
    assert Whole().model_dump() == {
        "size": 3,
        "rate": 1.0,
        "kind": "a",
        "most": None,
        "is_on": True,
        "silent": 0,
    }
    with pytest.raises(ValueError, match="less than 10"):
        Whole(size=10)
