"""Showing a file in the desktop's file manager."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtDBus import QDBusMessage

_NAME, _PLACE = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"
_log = logging.getLogger(__name__)


def show_in_folder(path: Path) -> None:
    """Open the folder of ``path``, with the file selected if the desktop supports that."""
    if not _ask_file_manager(path):
        show_folder(path.parent)


def show_folder(folder: Path) -> bool:
    """Open ``folder`` in the file manager; return False if no program of the desktop opens it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _ask_file_manager(path: Path) -> bool:
    """Ask the file manager over the session bus to show ``path``; False if there is no bus.

    Returns without waiting for the reply, because a file manager may have to start first. If the
    call fails, the folder is opened through ``QDesktopServices``.
    """
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher
    except ImportError:
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    watcher = QDBusPendingCallWatcher(bus.asyncCall(request_for(path)), QCoreApplication.instance())

    def answered() -> None:
        if watcher.isError():
            _log.info("no file manager on the bus: %s", watcher.error().message())
            show_folder(path.parent)
        watcher.deleteLater()

    watcher.finished.connect(answered)
    return True


def request_for(path: Path) -> QDBusMessage:
    """Return the D-Bus call ``ShowItems`` for ``path``."""
    from PySide6.QtDBus import QDBusMessage

    request = QDBusMessage.createMethodCall(_NAME, _PLACE, _NAME, "ShowItems")
    address = QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    request.setArguments([[address], ""])
    return request
