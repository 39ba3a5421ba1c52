"""Numbers formatted for people in the current language."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest

from aegui.core.errors import AeguiError
from aegui.core.i18n import (
    enumerated,
    joined,
    localized,
    made_of,
    percent_sign,
    retold,
    sentences,
    set_language,
    tr,
    trn,
    with_marks,
)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234.5678, ".4f", "1,234.5678"),
        (999.999, ".2f", "1,000.00"),
        (-4023.14, "+.1f", "-4,023.1"),
        (3605.2, ".4g", "3,605"),
        (12345.6, ".4g", "12,346"),
        (999.97, ".3g", "1,000"),
        (1234567.0, ".3g", "1,234,567"),
        (4e9, ".3g", "4e9"),
        (7.805e-05, ".4g", "7.805e-5"),
        (1e-08, "g", "1e-8"),
        (float("inf"), ".4f", "inf"),
        (0.5, ".3g", "0.5"),
    ],
)
def test_thousands_are_separated_and_written_out(value: float, spec: str, text: str) -> None:
    assert localized(value, spec) == text
    assert tr(f"{{loss:{spec}}}", loss=value) == text


@pytest.mark.usefixtures("spanish")
def test_numbers_have_the_marks_of_the_language() -> None:
    assert localized(8000, ",") == "8.000"
    assert localized(0.03) == "0,03"
    assert localized(1234567.891, ",.2f") == "1.234.567,89"
    assert localized(np.float32(0.5), ".1%") == "50,0" + percent_sign() == "50,0\u00a0%"
    assert localized(1e-08, "g") == "1e-8"
    assert localized(7.805e-05, ".4g") == "7,805e-5"
    assert with_marks("-1.5") == "-1,5"
    assert tr("{epoch:,} of {epochs:,}", epoch=4000, epochs=8000) == "4.000 de 8.000"
    assert tr("{name}: {loss:.3g}", name="a.b, c", loss=0.25) == "a.b, c: 0,25"
    assert "1.000" in trn("{n:,} epoch", "{n:,} epochs", 1000)
    assert trn("{n} wrong pixel", "{n} wrong pixels", 1234) == "1.234 píxeles errados"
    assert tr("{epoch:,} of {epochs:,}", epoch=1003.56533, epochs=4.0) == "1.003,57 de 4"


def test_english_keeps_the_marks_of_python() -> None:
    assert localized(8000, ",") == "8,000"
    assert tr("{epoch:,} of {epochs:,}", epoch=4000, epochs=8000) == "4,000 of 8,000"
    assert localized(0.03) == "0.03"
    assert trn("{n} wrong pixel", "{n} wrong pixels", 1234) == "1,234 wrong pixels"
    assert trn("{n} wrong pixel", "{n} wrong pixels", 1) == "1 wrong pixel"


def test_a_count_that_is_no_whole_number_has_two_decimals() -> None:
    """Epochs of a training that was stopped within one."""
    words = tr("{epoch:,} of {epochs:,}", epoch=3.5653333333333332, epochs=np.float64(30.0))
    assert words == "3.57 of 30"
    assert localized(1003.56533, ",") == "1,003.57"
    assert localized(0.1, ",") == "0.1"
    assert localized(1234.5, ",") == "1,234.5"
    assert localized(3.56533) == "3.56533"


@pytest.mark.usefixtures("spanish")
def test_every_kind_of_field_is_filled() -> None:
    """A catalogue of somebody's own may use what Python's formatting allows."""
    # Not literals, which would have to be in the catalogues.
    braces, nested, shown, part = "{{{n}}}", "{n:>{width}}", "{name!r}", "{name.real:.1f}"
    assert tr(braces, n=1.5) == "{1,5}"
    assert tr(nested, n=1.5, width=6) == "   1,5"
    assert tr(shown, name="a") == "'a'"
    assert tr(part, name=2.25) == "2,2"
    missing = "{n} of {m}"
    with pytest.raises(KeyError):
        tr(missing, n=1)


def test_a_text_is_told_again_in_another_language() -> None:
    told = tr("Copied: {line}", line=tr("Undo"))
    counted = trn("{n} message is new", "{n} messages are new", 2)
    number, error = localized(1234.5, ".1f"), str(ValueError(told))
    of_error = tr("Copied: {line}", line=ValueError(told))
    parts = "a.json: " + joined("; ", (told, tr("Undo"))) + "."
    stripped, listed = tr("Stopped.").rstrip("."), enumerated([tr("Undo"), tr("Identity")])
    stored = pickle.loads(pickle.dumps(told))
    set_language("es")
    assert told == "Copied: Undo"
    assert retold(told) == "Copiado: Deshacer"
    assert retold(retold(counted)) == trn("{n} message is new", "{n} messages are new", 2)
    assert retold(counted) != counted
    assert retold(error) == "Copiado: Deshacer"
    assert retold(sentences(told, "", number)) == "Copiado: Deshacer 1.234,5"
    assert retold(of_error) == "Copiado: Copiado: Deshacer"
    assert retold(made_of(str.upper, told)) == "COPIADO: DESHACER"
    assert parts == "a.json: Copied: Undo; Undo."
    assert retold(parts) == "a.json: Copiado: Deshacer; Deshacer."
    assert stripped == "Stopped"
    assert retold(stripped) == "Detenido"
    assert listed == "Undo and Identity"
    assert retold(listed) == "Deshacer e Identidad"
    assert retold(stored) == "Copied: Undo"
    assert type(stored) is str
    assert retold("Copied: {line}") == "Copied: {line}", "nobody has translated it"
    set_language("en")
    assert retold(tr("Undo")) == "Undo"


def test_a_text_keeps_no_error_alive() -> None:
    error = AeguiError("wrong")
    told, gone = tr("Copied: {line}", line=error), weakref.ref(error)
    del error
    gc.collect()
    assert gone() is None
    assert retold(told) == "Copied: wrong"


def test_a_list_ends_with_the_word_of_the_language() -> None:
    listed = (("a",), ("a", "b"), ("a", "b", "c"), ("relu", "Identidad"), ("agua", "hielo"), ())
    words = ["a", "a and b", "a, b and c", "relu and Identidad", "agua and hielo", ""]
    assert [enumerated(items) for items in listed] == words
    set_language("es")
    palabras = ["a", "a y b", "a, b y c", "relu e Identidad", "agua y hielo", ""]
    assert [enumerated(items) for items in listed] == palabras
