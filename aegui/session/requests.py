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
    """Make the recipe of that key, one that ships or the person's own, the draft's."""
    line = Signal(str)
    """Make the set-up that a line says the draft's, and its goal a challenge."""
    gallery = Signal(str)
    """Show the gallery, at its page of ``networks`` or of ``data``."""
    data = Signal(str)
    """Make the set of that key, or the file of that path, the draft's data."""
    data_way = Signal(str)
    """Bring other data in, in one of the ways that menus of data offer."""
    file = Signal(object)
    """Open the document at a ``Path``, after a question about unsaved work."""
    other_network = Signal(str)
    """Put a network beside the one shown; the key of a choice, such as ``file``."""
    other_choices = Signal(object)
    """Fill an ``OtherMenu`` with the networks that there are to choose from."""
    open_data = Signal()
    """Ask for a file of data, and make it the draft's."""
    add_data = Signal()
    """Ask for a file of data, and join it to the draft's."""
    export_data = Signal()
    """Save the draft's data."""
    data_search = Signal()
    """Look for samples of the set by name."""
    place = Signal(object)
    """Put the cursor of the map at a code ``[d]``, and decode it."""
    figure = Signal(str)
    """Open the figure of a hand-in again whose id that is."""
    number = Signal(str, int)
    """Follow a number back, the one at that place of the answer to the ``drawing``, or of the image
    at the ``cursor``."""
    epoch = Signal(object)
    """Show the kept epoch nearest to a number; None: the newest state."""
    samples = Signal(object)
    """Select the samples at places int64 ``[k]`` of the set that is shown, and show them."""
    selection = Signal()
    """List what is selected."""
    selection_zoom = Signal()
    """Show what is selected as large as it fits on every map."""
    train = Signal()
    """Train the draft from the start, after a question where that costs much."""
    open_kept = Signal(object)
    """Open a ``KeptDocument``, after a question about unsaved work."""
    keep_study = Signal(object, object, object)
    """Keep a ``StudyResult``, of the folder that its runs are in, with its verdict in lines."""
    mistake = Signal(str)
    """Train with a mistake of that key and without, and compare."""
    document = Signal(object, str)
    """Open a ``SavedRun`` of that name, after a question about unsaved work."""
    study = Signal(str)
    """Do the study of that name that ships, after a question where it takes long."""
    vary = Signal(str)
    """Vary the field at that path of the draft's recipe in a study."""
    tour = Signal()
    """Lead through the program, from where that was left."""
    arrangement = Signal(str)
    """Arrange the docks in that way."""
    action = Signal(str)
    """Do what the action of that key does, if it can be done now."""
    plan = Signal(str)
    """Open the study of that key, one that ships."""
    study_figure = Signal(str, str)
    """Open the study of that name, one that ships or the person's own, at what shows a figure of a
    hand-in, which ends as ``x-curves`` does."""
    making = Signal(str)
    """Bring a page of what makes new images to the front: ``path``, ``concept``, ``finds``."""
    noise_page = Signal(str)
    """Bring a page of the noise study to the front: ``matrix``, ``curves``, ``mistakes``."""
    lesson = Signal(str)
    """Begin the lesson of that key, one that ships, where it was left."""
    lesson_file = Signal(object)
    """Begin the lesson in the file at a ``Path``."""
    teacher_file = Signal(object)
    """Put the teacher file at a ``Path`` in force."""
