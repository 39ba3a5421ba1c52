import errno
import os
import ssl
from pathlib import Path

import pytest

from aegui.core.i18n import set_language
from aegui.core.system_reason import system_reason


def _refusal_of_open(path: Path) -> OSError:
    try:
        path.open("rb").close()
    except OSError as error:
        return error
    pytest.fail(f"{path} was opened")


def test_a_refusal_is_said_in_the_language_of_the_program(tmp_path: Path) -> None:
    missing = _refusal_of_open(tmp_path / "missing")
    folder = _refusal_of_open(tmp_path)
    assert system_reason(missing) == "there is no such file or folder"
    assert system_reason(folder) == "this is a folder, not a file"
    set_language("es")
    assert system_reason(missing) == "no existe tal archivo o carpeta"


def test_what_has_no_words_here_is_said_as_the_system_says_it() -> None:
    assert system_reason(OSError(errno.EXDEV, "Invalid cross-device link.")) == (
        "Invalid cross-device link"
    )
    assert system_reason(ValueError("one\ntwo")) == "one"
    assert system_reason(ValueError()) == "ValueError"


def test_numbers_of_refused_encryption_are_not_those_of_the_system() -> None:
    assert os.strerror(ssl.SSL_ERROR_SSL)  # the same number means something else to the system
    refused = ssl.SSLError(ssl.SSL_ERROR_SSL, "certificate verify failed")
    assert system_reason(refused) == "certificate verify failed"
