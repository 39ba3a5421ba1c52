"""The panels that bring in other data: import, download, progress."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QWidget

from aegui.core.recipe import ImageSpec
from aegui.features.data.view.download_panel import DownloadOffer, DownloadPanel
from aegui.features.data.view.import_panel import ImportPanel
from aegui.session.jobs.derived import JobProgress
from aegui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def panel(qtbot: QtBot) -> ImportPanel:
    made = ImportPanel()
    qtbot.addWidget(made)
    made.set_spec(ImageSpec(width=32, height=32))
    made.set_found(7, {"cats": 4, "dogs": 3})
    made.set_skipped([("bad.png", "it is broken")], 7)
    return made


def test_what_was_found_is_told(panel: ImportPanel) -> None:
    assert panel.head.text() == "6 images", "the unreadable one is not counted"
    assert panel.skipped.toPlainText() == "bad.png: it is broken"
    assert panel.labels is None
    panel.classes.set_chosen(["dogs"])
    assert panel.labels == ("dogs",)
    panel.set_preview(np.zeros((2, 3, 32, 32), np.float32), ["a", "b"], ["x", "y"])
    assert panel.state.text() == "2 of them, as they will be:"


def test_of_many_files_unreadable_ones_are_told_of_those_that_were_previewed(
    panel: ImportPanel,
) -> None:
    panel.set_found(10_000, {"pictures": 10_000})
    assert panel.head.text() == "10,000 images"
    panel.set_skipped([("a.png", "broken"), ("b.png", "broken")], 48)
    assert panel.head.text() == "10,000 images", "how many can be read is not known"
    assert panel.skipped_words.text().startswith("2 of 48 files that were tried cannot be read")
    panel.set_skipped((), 48)
    assert panel.skipped_words.isHidden()


def test_a_folder_without_sub_folders_has_no_classes(panel: ImportPanel) -> None:
    panel.set_found(3, {"pictures": 3})
    assert panel.labels is None
    assert panel.classes.isHidden()
    assert panel.skipped.isHidden()


def test_a_long_list_of_files_is_cut(panel: ImportPanel) -> None:
    panel.set_found(300, {"pictures": 300})
    panel.set_skipped([(f"{n}.png", "broken") for n in range(250)], 300)
    lines = panel.skipped.toPlainText().splitlines()
    assert len(lines) == 201
    assert lines[-1] == "… and 50 more"


def test_a_long_reason_is_read_without_scrolling_sideways(panel: ImportPanel) -> None:
    panel.set_skipped([("bad.png", "too large: make it smaller first, " * 5)], 7)
    panel.show()
    assert panel.skipped.isVisible()
    assert panel.skipped.horizontalScrollBar().maximum() == 0


def test_edits_of_the_way_images_are_read(
    panel: ImportPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[ImageSpec] = []
    panel.spec_edited.connect(heard.append)
    panel.form.fields["images.width"].setValue(40)  # type: ignore[union-attr]
    assert (heard[-1].width, heard[-1].height) == (40, 40)
    panel.square.click()
    panel.form.fields["images.height"].setValue(24)  # type: ignore[union-attr]
    assert (heard[-1].width, heard[-1].height) == (40, 24)
    panel.square.click()
    assert (heard[-1].width, heard[-1].height) == (40, 40)
    panel.form.fields["images.fit"].edited.emit("fill")
    panel.form.fields["images.channels"].click()  # type: ignore[union-attr]
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#102030"))
    panel.form.fields["images.background"].click()  # type: ignore[union-attr]
    assert (heard[-1].fit, heard[-1].channels, heard[-1].background) == ("fill", 1, "#102030")
    assert panel.form.fields["images.background"].text() == "#102030"  # type: ignore[union-attr]


def test_a_number_of_images(panel: ImportPanel) -> None:
    assert panel.most is None
    panel.form.boxes["count"].click()
    panel.form.fields["count"].setValue(5)  # type: ignore[union-attr]
    assert panel.most == 5


def test_the_offer_of_a_download(qtbot: QtBot) -> None:
    panel = DownloadPanel(DownloadOffer("MNIST", "Digits.", "someone", "12 MB", "free", "/data"))
    qtbot.addWidget(panel)
    assert panel.download.isEnabled()
    panel.set_busy()
    assert not panel.download.isEnabled()
    panel.set_progress(JobProgress("Downloading", "3.0 of 12.0 MB, 00:09 left", 3, 12))
    assert panel.text.text() == "3.0 of 12.0 MB, 00:09 left"
    assert panel.bar.value() == 250
    panel.set_idle("The connection was cut.")
    assert panel.problem.text() == "The connection was cut."
    assert panel.download.text() == "Download the &rest"
    panel.set_busy("Looking for the files…")
    panel.set_idle("They are not here.")
    assert panel.download.text() == "Download the &rest", "what has come is there still"
    assert panel.cancel.isEnabled()


def test_a_folder_that_was_refused_leaves_the_download_what_it_is(qtbot: QtBot) -> None:
    panel = DownloadPanel(DownloadOffer("MNIST", "Digits.", "someone", "12 MB", "free", "/data"))
    qtbot.addWidget(panel)
    panel.set_busy("Looking for the files…")
    panel.set_progress(JobProgress("Copying", "1 of 4 files", 1, 4))
    panel.set_idle("1 of 4 files are available now.")
    assert panel.download.text() == "&Download"
    panel.set_busy()
    panel.set_progress(JobProgress("Connecting", "", 0, 12))
    panel.set_idle("There is no connection.")
    assert panel.download.text() == "&Download", "nothing of it has come"


@pytest.mark.parametrize("began", ["download", "have"])
def test_what_was_refused_can_be_tried_again_by_enter(began: str, qtbot: QtBot) -> None:
    """Disabled buttons lose the focus to *Cancel*, which Enter would press."""
    panel = DownloadPanel(DownloadOffer("MNIST", "Digits.", "someone", "12 MB", "free", "/data"))
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    button = getattr(panel, began)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus, timeout=20_000)
    panel.set_busy()
    assert panel.cancel.hasFocus(), "while it is under way it can be stopped"
    panel.set_idle("That is another file.")
    assert button.hasFocus()


def test_progress_lies_over_the_room_and_can_be_stopped(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    room = QWidget(host)
    host.resize(800, 500)
    room.setGeometry(200, 50, 500, 400)
    strip = ProgressStrip(host, room)
    host.show()
    qtbot.waitExposed(host)
    assert strip.isHidden()
    strip.show_progress(JobProgress("Reading MNIST", "1 of 4", 1, 4))
    assert strip.isVisible()
    assert room.geometry().contains(strip.geometry())
    assert strip.bar.value() == 250
    room.setGeometry(0, 0, 300, 400)
    assert room.geometry().contains(strip.geometry())
    # What it stops is told by the tests of the window.
    at = strip.button.mapTo(host, strip.button.rect().center())
    assert host.childAt(at) is strip.button


def test_strips_lie_below_each_other_also_after_a_resize(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(800, 500)
    strips = [ProgressStrip(host, host) for _ in range(3)]
    host.show()
    qtbot.waitExposed(host)
    for number in (1, 0, 2):
        strips[number].show_progress(JobProgress("Reading", "1 of 4", 1, 4))
    host.resize(700, 500)
    for one, other in itertools.combinations(strips, 2):
        assert not one.geometry().intersects(other.geometry())
