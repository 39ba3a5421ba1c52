"""Signals by which one feature requests an action of another without depending on it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Requests(QObject):
    """One signal for each request; the feature that can handle it connects to it."""

    sample = Signal(int)
    """Load the sample at an index of the current dataset into the drawing."""
    drawing_on_map = Signal()
    """Mark the drawing on the map again, after something else was marked there."""
    preset = Signal(str)
    """Replace the draft by the recipe with a key, a shipped one or one of the user's own."""
    line = Signal(str)
    """Replace the draft by the set-up that a text line describes, and set its goal as a
    challenge."""
    gallery = Signal(str)
    """Show a page of the gallery: ``networks`` or ``data``."""
    data = Signal(str)
    """Use the dataset with a key, or the file at a path, as the data of the draft."""
    data_import = Signal(str)
    """Import data by one of the methods that data menus offer."""
    file = Signal(object)
    """Open the document at a ``Path``, after a question about unsaved work."""
    other_network = Signal(str)
    """Compare with another network, given by the key of a choice such as ``file``."""
    other_choices = Signal(object)
    """Fill an ``OtherMenu`` with the networks that can be compared."""
    open_data = Signal()
    """Let the user choose a data file, and use it as the data of the draft."""
    add_data = Signal()
    """Let the user choose a data file, and append it to the data of the draft."""
    export_data = Signal()
    """Save the data of the draft to a file."""
    data_search = Signal()
    """Open the search for samples by name."""
    place = Signal(object)
    """Move the cursor of the map to a code ``[d]``, and decode it."""
    figure = Signal(str)
    """Open the run or study of a hand-in figure, given by the id of the figure."""
    number = Signal(str, int)
    """Trace how a number is computed: the value at an index of the output for the ``drawing``, or
    of the image at the ``cursor``."""
    epoch = Signal(object)
    """Show the recorded epoch nearest to a number; None shows the newest state."""
    samples = Signal(object)
    """Select the samples at indices int64 ``[k]`` of the current dataset, and show them."""
    selection = Signal()
    """Show the panel that lists the selection."""
    selection_zoom = Signal()
    """Zoom every map to the selection."""
    train = Signal()
    """Train the draft from the start, after a question if that is expensive."""
    open_entry = Signal(object)
    """Open a ``KeptDocument``, after a question about unsaved work."""
    keep_study = Signal(object, object, object)
    """Add a ``StudyResult`` to the library: the result, the folder of its runs, and its verdict in
    lines."""
    mistake = Signal(str)
    """Train with and without the mistake that a key names, and compare both."""
    document = Signal(object, str)
    """Open a ``SavedRun`` under a name, after a question about unsaved work."""
    study = Signal(str)
    """Run the shipped study with a name, after a question if it takes long."""
    vary = Signal(str)
    """Vary the field at a path of the draft's recipe in a study."""
    tour = Signal()
    """Start the tour, or resume it where it was left."""
    arrangement = Signal(str)
    """Arrange the docks, given the key of an arrangement."""
    action = Signal(str)
    """Trigger the action with a key, if it is enabled."""
    plan = Signal(str)
    """Open the shipped study with a key."""
    study_figure = Signal(str, str)
    """Open a shipped study or one of the user's own, given by name, at the view for a figure of a
    hand-in, given by the last part of its id such as ``x-curves``."""
    study_file = Signal(object)
    """Open the plan of a study in the file at a ``Path``."""
    making = Signal(str)
    """Show a page of the panel that makes new images: ``path``, ``concept`` or ``finds``."""
    noise_page = Signal(str)
    """Show a page of the noise study: ``matrix``, ``curves`` or ``mistakes``."""
    lesson = Signal(str)
    """Start the shipped lesson with a key, or resume it."""
    lesson_file = Signal(object)
    """Start the lesson in the file at a ``Path``."""
    teacher_file = Signal(object)
    """Activate the teacher file at a ``Path``."""
