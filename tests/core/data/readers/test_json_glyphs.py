from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.writers import encode_dataset
from aegui.core.errors import ReadError
from tests.core.data.readers.given import BITS, LOWER, ROWS, is_lower, one, read

if TYPE_CHECKING:
    from pathlib import Path


def test_json_forms(folder: Path) -> None:
    by_label = dict(zip(LOWER.labels, ROWS, strict=True))
    assert is_lower(one(folder, json.dumps(by_label), "json"))
    assert is_lower(one(folder, json.dumps({"name": "x", "glyphs": by_label}), "json"))
    bits = dict(zip(LOWER.labels, BITS.tolist(), strict=True))
    assert is_lower(one(folder, json.dumps(bits), "json"))
    assert is_lower(one(folder, json.dumps(ROWS), "json"), labels=False)
    assert is_lower(one(folder, json.dumps(BITS.reshape(32, 35).tolist()), "json"), labels=False)
    records = [{"char": c, "bits": r} for c, r in zip(LOWER.labels, BITS.tolist(), strict=True)]
    assert is_lower(one(folder, json.dumps(records), "json"))
    words = [[f"0x{row:02x}" for row in rows] for rows in ROWS]
    assert is_lower(one(folder, json.dumps({"font": words}), "json"), labels=False)


def test_json_of_several_sets(folder: Path) -> None:
    file = read(folder, json.dumps({"Font1": ROWS[:4], "Font2": ROWS[4:]}))
    assert [dataset.name for dataset in file.datasets] == ["Font1", "Font2"]
    file = read(folder, json.dumps([ROWS, ROWS, ROWS]))
    assert [len(dataset) for dataset in file.datasets] == [32, 32, 32]


def own(**changes: object) -> str:
    value = json.loads(encode_dataset(LOWER, "json"))
    value.update(changes)
    return json.dumps(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (own(version=2), "newer program"),
        (own(glyphs=3), "“glyphs”"),
        (own(glyphs=[]), "given: "),
        (own(width=4), "4 bits"),
        (own(width="wide"), "is not valid"),
        (own(glyphs=[{"label": "a", "rows": [1, 2]}, {"label": "b", "rows": [1]}]), "given: "),
        (own(glyphs=[{"label": "a", "rows": [1.5]}]), "whole numbers"),
        (own(glyphs=[{"rows": [1, 2]}]), "label"),
        (own(glyphs=[{"label": "a", "pixels": [[2.0]]}]), "between 0 and 1"),
        (own(glyphs=[{"label": "a", "pixels": [[float("nan")]]}]), "between 0 and 1"),
        ('{"a": [1, 2,\n 3', "line 2: not valid JSON"),
        ('{"a": 3}', "no lists"),
        ('{"layers": [35, 25, 10, 2, 10, 25, 35], "epochs": 9}', "configuration of a network"),
        ('{"latent_dim": 128, "hidden_dims": [32, 64, 128, 256]}', "configuration of a network"),
        ('{"encoder": {"layer_sizes": [35, 2]}, "decoder": []}', "configuration of a network"),
        ('{"model": {"latent_dim": 2, "encoder_layers": [64, 32]}}', "configuration"),
        ("[" * 100_000, "JSON|deep|Python"),
        ("[1e400, 3]", "given: "),
        ('[[1, 2, 3, 4, 5, 6, 7], {"a": 3}]', "mapping"),
    ],
)
def test_json_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)


@pytest.mark.parametrize("number", ["1e300", "9" * 400, "-" + "9" * 400])
def test_numbers_of_any_length_are_refused(folder: Path, number: str) -> None:
    with pytest.raises(ReadError, match="not a number of a glyph"):
        read(folder, f"[{number}, 17, 31, 17, 17, 17, 17]")
