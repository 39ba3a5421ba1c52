"""Fails a test that logs an unexpected record from WARNING up."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


_PHASES: tuple[Literal["setup", "call", "teardown"], ...] = ("setup", "call", "teardown")


class ExpectLog(Protocol):
    """The type of the fixture ``expect_log``."""

    def __call__(
        self, pattern: str, level: int = logging.WARNING
    ) -> AbstractContextManager[None]: ...


@pytest.fixture(autouse=True)
def _no_unexpected_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check the records left in ``caplog`` after the test."""
    yield
    unexpected = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for phase in _PHASES
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
    ]
    if unexpected:
        pytest.fail("logged unexpectedly:\n" + "\n".join(unexpected), pytrace=False)


@pytest.fixture
def expect_log(caplog: pytest.LogCaptureFixture) -> ExpectLog:
    """Require, and allow, records whose message matches a pattern (``re.search``)."""

    @contextmanager
    def expecting(pattern: str, level: int = logging.WARNING) -> Iterator[None]:
        yield
        found = [
            record
            for record in caplog.records
            if record.levelno == level and re.search(pattern, record.getMessage())
        ]
        if not found:
            pytest.fail(f"no {logging.getLevelName(level)} that matches {pattern!r} was logged")
        for record in found:
            caplog.records.remove(record)

    return expecting
