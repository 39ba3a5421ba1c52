"""Messages of third-party readers, translated."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, Field, ValidationError

from aegui.core.i18n import set_language
from aegui.core.library_messages import document_reason, json_reason, yaml_reason


class Part(BaseModel):
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    number: float = 1.0
    text: Annotated[str, Field(max_length=3)] = ""
    colour: Annotated[str, Field(pattern="^#")] = "#"
    share: Annotated[float, Field(gt=0.0, le=2_500_000.5)] = 1.0
    choice: Literal["a", "b"] = "a"
    flag: bool = False
    some: Annotated[tuple[int, ...], Field(max_length=1)] = ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "key in double quotes is missing"),
        ("[1, ,]", "a value is missing"),
        # Python names the comma from 3.13 on.
        ("[1,]", "an extra comma" if sys.version_info >= (3, 13) else "a value is missing"),
        ('{"a" 1}', "a colon is missing"),
        ("[1 2]", "a comma is missing"),
        ('"abc', "a text is not closed"),
        ('"\\x"', "after a backslash"),
        ("1 2", "something follows after the end"),
    ],
)
def test_json(text: str, words: str) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    assert words in json_reason(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c", "a key with a value is not allowed here"),
        ("a: [1, 2", "expected, the end of the file found"),
        ('a: "x" y', "the end of the part expected, a value found"),
        ("b: *y", "there is no anchor 'y'"),
        ("@a", "'@' is not allowed here"),
    ],
)
def test_yaml(text: str, words: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.safe_load(text)
    assert words in yaml_reason(str(caught.value.problem))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"whole": 0}, "it must be at least 1"),
        ({"whole": 10}, "it must be at most 9"),
        ({"whole": "x"}, "it must be a whole number"),
        ({"number": "x"}, "it must be a number"),
        ({"text": 3}, "it must be a text"),
        ({"text": "abcd"}, "it has too many characters: at most 3"),
        ({"colour": "red"}, "it does not have the required form"),
        ({"share": 0.0}, "it must be more than 0"),
        ({"share": 1e7}, "it must be at most 2,500,000.5"),
        ({"choice": "c"}, "it must be one of 'a', 'b'"),
        ({"flag": "perhaps"}, "it must be true or false"),
        ({"some": 3}, "it must be a list"),
        ({"some": [1, 2]}, "it has too many items: at most 1"),
    ],
)
def test_documents(part: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate(part)
    (problem,) = caught.value.errors()
    assert document_reason(problem) == words
    set_language("es")
    assert document_reason(problem) not in (words, problem["msg"])
