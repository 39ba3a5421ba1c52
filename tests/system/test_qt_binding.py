"""Regressions of PySide6 releases that would crash the program."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal

EMISSIONS = 10_000


class _Sender(QObject):
    told = Signal(bool, object)


def test_emitting_a_signal_keeps_the_count_of_references(qapp: object) -> None:
    """PySide6 6.12.0 on Python 3.11 lost one reference of True per emission, and then aborted."""
    payload = object()
    watched = (True, False, None, payload)
    heard = 0

    def hear(flag: bool, thing: object) -> None:
        nonlocal heard
        heard += flag and thing is payload

    sender = _Sender()
    sender.told.connect(hear)
    before = [sys.getrefcount(thing) for thing in watched]
    for _ in range(EMISSIONS):
        sender.told.emit(True, payload)
    after = [sys.getrefcount(thing) for thing in watched]
    assert heard == EMISSIONS
    # Other code may hold a few more references; a leak or loss would be in the thousands.
    assert all(abs(b - a) < EMISSIONS // 100 for a, b in zip(before, after, strict=True))


def test_signals_of_objects_keep_dictionaries_whole(qapp: object) -> None:
    """``Signal(dict)`` would deliver {} here, because the keys are not strings."""
    received: list[object] = []
    sender = _Sender()
    sender.told.connect(lambda _, thing: received.append(thing))
    sender.told.emit(True, {1: "one"})
    assert received == [{1: "one"}]
