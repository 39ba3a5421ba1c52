"""Connects other networks with the cursor of the map, their previews and their maps."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.features.linked.view.others_panel import OthersPanel
from aegui.session.map.decode_service import DecodeService
from aegui.session.map.others import Other, Others
from aegui.session.notice import Notice
from aegui.session.shown import SUBJECT
from aegui.shell.dialogs.files import choose_run_file
from aegui.shell.feature import Feature
from aegui.shell.outcome import epoch_words
from aegui.shell.panel_area import is_in_sight
from aegui.shell.refresher import Refresher
from aegui.shell.run_choice import RUN, run_choices, run_of

if TYPE_CHECKING:
    from aegui.session.map.decode_service import Decoded
    from aegui.session.map.others import OtherImage
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow
    from aegui.widgets.other_menu import OtherMenu

_FOLLOWING_MS = 200


class OthersFeature(Feature):
    """Runs of the population follow the displayed epoch; fixed epochs and files do not change."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(OthersPanel)
        self._others = services.of(Others)
        self._decoding = services.of(DecodeService)
        self._has_others = False
        self._network = Refresher(self._show_network, _FOLLOWING_MS, parent=self)
        others, panel = self._others, self._panel
        others.changed.connect(self._show_others)
        others.decoded.connect(self._on_others_decoded)
        others.refused.connect(self._on_others_refused)
        panel.removed.connect(others.remove)
        panel.method_chosen.connect(others.set_method)
        panel.menu.menu().aboutToShow.connect(partial(self.offer, panel.menu))
        panel.menu.chosen.connect(self.choose)
        self._panel.set_method(self._others.method)
        self._show_samples()
        self._show_network()
        self._show_others()
        self.while_visible("others", self._set_active)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update for a change of the displayed network or dataset."""
        if "dataset" in changed:
            self._show_samples()
        if changed & SUBJECT:
            self._network.mark()
        if "network" in changed:
            self._begin_anew()

    @Slot(bool)
    def _set_active(self, visible: bool) -> None:
        self._others.set_active(visible, "others")

    # Choices

    def offer(self, menu: OtherMenu) -> None:
        """Fill ``menu`` with the networks that can be compared."""
        shown = self._services.shown
        codec, choices = shown.codec, []
        if codec is not None:
            choices = run_choices(shown, others=True)
            epoch = epoch_words(self._epoch())
            choices.append(("moment", tr("&Keep {epoch} to compare with", epoch=epoch)))
        choices.append(("file", tr("Run in another &file…")))
        menu.set_choices(choices)

    @Slot(str)
    def choose(self, key: str) -> None:
        """Compare with a network: "run:K" or "moment"; "run:?" and "file" ask which."""
        if key == "file":
            path = choose_run_file(self._window)
            if path:
                self._others.open(Path(path))
                self._show_panel()
            return
        if key.startswith(RUN):
            run = run_of(key, self._services, self._window)
            other = None if run is None else self._run(f"{RUN}{run}")
        else:
            other = self._moment()
        if other is not None:
            self._others.add(other)
            self._show_panel()

    def _show_panel(self) -> None:
        """Show the dock of the previews if the maps of projections are visible."""
        docks = self._window.docks
        if docks["others"].isHidden() and is_in_sight(docks["projections"]):
            self.show_dock("others")

    def _run(self, key: str) -> Other | None:
        shown, run = self._services.shown, int(key.removeprefix(RUN))
        codec = shown.codec_of_run(run)
        if codec is None:
            return None
        return Other(key, partial(_seed_words, shown.seeds[run]), codec, shown.has_prior)

    def _moment(self) -> Other | None:
        shown = self._services.shown
        if shown.codec is None:
            return None
        name = partial(epoch_words, self._epoch())
        return Other(f"moment:{id(shown.codec)}", name, shown.codec, shown.has_prior)

    def _epoch(self) -> float:
        shown = self._services.shown
        if shown.past_epoch is not None:
            return shown.past_epoch
        return 0.0 if shown.codec is None else float(shown.codec.epoch)

    # Display

    @Slot()
    def _show_samples(self) -> None:
        self._others.set_dataset(self._services.shown.dataset)

    def _show_network(self) -> None:
        now = self._services.shown
        shown = None
        if now.codec is not None:
            shown = Other("shown", tr("This network"), now.codec, now.has_prior)
        runs = [self._run(each.key) for each in self._others.others if each.key.startswith(RUN)]
        renewed = [run for run in runs if run is not None]
        self._others.set_shown(shown, renewed, live=now.is_learning)

    def _begin_anew(self) -> None:
        # Other seeds are other networks: remove those that no longer exist.
        seeds = self._services.shown.seeds
        for each in self._others.others:
            if each.key.startswith(RUN) and int(each.key.removeprefix(RUN)) >= len(seeds):
                self._others.remove(each.key)
        self._network.now()

    @Slot()
    def _show_others(self) -> None:
        others = self._others.others
        self._panel.set_others([(each.key, each.name) for each in others])
        if self._has_others != bool(others):
            self._has_others = bool(others)
            decoded, show = self._decoding.decoded, self._show_decoded
            decoded.connect(show) if others else decoded.disconnect(show)
        if others and self._decoding.newest is not None:
            self._show_decoded(self._decoding.newest)

    @Slot(object)
    def _show_decoded(self, decoded: Decoded) -> None:
        """Show the images of all networks for the code at the cursor."""
        shown = self._services.shown
        if decoded.image.size != shown.dataset.pixels:
            return
        shape = shown.dataset.image_shape
        self._panel.set_image(decoded.image.reshape(shape), decoded.z, shown.image_style)
        self._others.decode(decoded.z)

    @Slot(object)
    def _on_others_decoded(self, found: tuple[OtherImage, ...]) -> None:
        shown = self._services.shown
        self._panel.set_images(found, shown.dataset.image_shape, shown.image_style)

    @Slot(object)
    def _on_others_refused(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True))


def _seed_words(seed: int) -> str:
    return tr("Seed {seed}", seed=seed)
