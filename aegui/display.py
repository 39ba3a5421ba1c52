"""Check for a display before Qt is loaded, because Qt ends the process if there is none.

Nothing of Qt is imported: the connection that Qt would make is tried instead.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 2.0
_SCREENS = ("xcb", "wayland")
"""Qt platforms that need a display server; all others draw by themselves."""


def missing_display_reason(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return why no window can be opened here, in words; None if one probably can.

    Args:
        environment: The variables that name the displays.
    """
    if not sys.platform.startswith("linux"):
        return None
    platforms = [word.split(":")[0] for word in environment.get("QT_QPA_PLATFORM", "").split(";")]
    requested = [name for name in platforms if name]
    if any(not name.startswith(_SCREENS) for name in requested):
        return None
    x_display, wayland = environment.get("DISPLAY", ""), environment.get("WAYLAND_DISPLAY", "")
    if not x_display and not wayland:
        return tr(
            "There is no display to open the window on; the commands work without one: see "
            "aegui --help."
        )
    if x_display and _answers_x11(x_display):
        return None
    if wayland and _answers_wayland(wayland, environment.get("XDG_RUNTIME_DIR", "")):
        return None
    return tr(
        "The window cannot be opened on the display {name}, which does not respond; the commands "
        "work without one: see aegui --help.",
        name=x_display or wayland,
    )


def _answers_x11(name: str) -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt brings its own, or reports itself what is missing
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(os.fsencode(name), None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def _answers_wayland(name: str, folder: str) -> bool:
    place = Path(name) if name.startswith("/") else Path(folder or "/") / name
    with socket.socket(socket.AF_UNIX) as plug:
        plug.settimeout(_SECONDS)
        try:
            plug.connect(os.fspath(place))
        except OSError:
            return False
    return True
