"""Operating system signals that ask the program to exit, delivered in the GUI thread."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from aegui.leaving import SIGNAL_EXIT, handled_signals

if TYPE_CHECKING:
    from signal import _HANDLER
    from types import FrameType


class ExitSignals(QObject):
    """Emits ``received`` for the first exit signal; a second one exits immediately.

    Python runs signal handlers between bytecode instructions, but Qt's event loop executes none
    while idle: Python writes the signal's number to a socket pair, which wakes the loop up.
    """

    received = Signal(int)
    """Emitted with the number of the signal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_asked = False
        self._before: dict[int, _HANDLER] = {}
        if threading.current_thread() is not threading.main_thread():
            return  # only the main thread may set signal handlers
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(
            self._reader.fileno(), QSocketNotifier.Type.Read, parent=self
        )
        self._notifier.activated.connect(self._on_notifier_activated)
        self._fd_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._handle) for number in handled_signals()}

    def shutdown(self) -> None:
        """Restore the previous signal handlers."""
        if not self._before:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
        signal.set_wakeup_fd(self._fd_before)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._is_asked:
            os._exit(SIGNAL_EXIT + number)
        self._is_asked = True

    @Slot()
    def _on_notifier_activated(self) -> None:
        for number in self._reader.recv(64):
            if number in self._before:
                self.received.emit(number)
                return
