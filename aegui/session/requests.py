"""What one part of the window asks of another without knowing which one that is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Requests(QObject):
    """One signal for each thing that may be asked for; whoever can do it listens."""

    sample = Signal(int)
    """Draw the sample at that place of the set that is shown."""
    drawing_on_map = Signal()
    """Mark the drawing on the map: something else was marked there."""
    preset = Signal(str)
    """Make the recipe of that key, one of those that ship, the draft's."""
    other_network = Signal(str)
    """Put a network beside the one shown; the key of a choice, such as ``file``."""
    data_file = Signal()
    """Ask for a file of data, and join it to the draft's."""
    data_export = Signal()
    """Save the draft's data."""
    arrangement = Signal(str)
    """Arrange the docks in that way."""
