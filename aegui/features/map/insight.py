"""Connects the cursor read-out, the lens and the map layers to the displayed network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Slot

from aegui.core.i18n import tr
from aegui.core.latent.fields import FIELDS
from aegui.features.map.model.field_service import FieldService, FieldSubject
from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.map.view.field_layer import field_picture
from aegui.features.map.view.lens import nearest_spacing
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme
from aegui.session.map.decode_service import DecodeService
from aegui.session.notice import Notice
from aegui.session.shown import REST, SUBJECT
from aegui.shell.feature import Feature
from aegui.shell.refresher import POINTING_MS, Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.features.map.model.insight_service import Fan, PlaceInsight
    from aegui.session.map.decode_service import Decoded
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_LAYERS, _LENS = "insight.layers", "insight.lens"
_FOLLOWING_MS = 100
_POINTING_SHARE = 1 / 3
"""Maximum share of the time for read-outs that follow the mouse: the decoded image has priority."""
_SLOWEST_MS = 400
"""Maximum time between two of them."""
_SPACING_SHARE = 0.1
"""Initial spacing of the lens as a share of the spread of the codes."""


class InsightFeature(Feature):
    """Updates the cursor read-out for the cursor, and the layers for the view and the network."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._canvas = self._window.canvas
        self._lens = services.settings.values.get(_LENS) is True
        self._spacing: float | None = None
        self._decoded: Decoded | None = None
        self._code: NDArray[np.float32] | None = None
        self._insight: PlaceInsight | None = None
        self._least_ms = POINTING_MS
        """Minimum time between two read-outs."""
        self._pace_ms = 0
        """The same for what the last one took."""
        self._refresher = Refresher(self._measure, _FOLLOWING_MS, parent=self)
        self._connect()
        self._show_network()
        stored = services.settings.values.get(_LAYERS)
        services.of(FieldService).choose(stored.split() if isinstance(stored, str) else ())
        self._show_choice()
        self._show_layers()
        self._show_lens()
        # The first position was decoded before this feature was connected.
        services.of(DecodeService).repeat()

    def _connect(self) -> None:
        services, canvas = self._services, self._canvas
        services.of(DecodeService).decoded.connect(self._on_decode_decoded)
        services.of(InsightService).insights.answered.connect(self._on_insight_found)
        services.of(InsightService).fans.answered.connect(self._on_insight_fanned)
        services.of(FieldService).changed.connect(self._show_layers)
        canvas.navigation.moved.connect(self._look_at_view)
        canvas.view_changed.connect(self._look_at_view)
        canvas.frame_changed.connect(self._look_at_view)
        canvas.cursor_moved.connect(self._on_canvas_cursor_moved)
        canvas.cursor_left.connect(self._on_canvas_cursor_left)
        canvas.layer_toggled.connect(self._on_canvas_layer_toggled)
        canvas.lens_toggled.connect(self._on_canvas_lens_toggled)
        canvas.overlays.lens.spacing_edited.connect(self._on_lens_spacing_edited)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Update the layers when the theme changes and when the map is shown or resized."""
        if watched is self._canvas:
            if event.type() == QEvent.Type.PaletteChange:
                self._show_layers()
            elif event.type() in (QEvent.Type.Show, QEvent.Type.Resize):
                self._look_at_view()
        return super().eventFilter(watched, event)

    # Network

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update for the fields in ``changed``."""
        if changed & SUBJECT:
            self._show_network()
        if REST in changed:
            self._refresher.mark()
        if "codes" in changed:
            self._look_at_view()
        if "network" in changed:
            self._spacing = None
        if changed & {"codes", "network"}:
            self._suggest_spacing()

    def _show_network(self) -> None:
        shown, services = self._services.shown, self._services
        codec = shown.fitting
        self._least_ms = _FOLLOWING_MS if shown.is_learning else POINTING_MS
        self._set_subject()
        known = services.of(InsightService).known
        if codec is None or known is None:
            services.of(FieldService).set_subject(None)
            self._forget()
        else:
            services.of(FieldService).set_subject(
                FieldSubject(codec, shown.dataset, known, shown.has_prior, live=shown.is_learning)
            )
            if not shown.is_learning:
                # The current read-out was computed with the previous weights.
                self._refresher.now()
        self._show_choice()
        self._show_legend()

    def _set_subject(self) -> None:
        shown = self._services.shown
        self._services.of(InsightService).set_subject(
            shown.fitting, shown.dataset, live=shown.is_learning
        )

    def _forget(self) -> None:
        self._decoded = self._code = None
        self._canvas.set_fan(None)
        self._canvas.set_drift(None)
        self._canvas.map_cursor.set_words("")

    def _suggest_spacing(self) -> None:
        """Set the lens spacing from the spread of the codes unless the user has chosen one."""
        codes = self._services.shown.codes
        if self._spacing is None and codes is not None:
            spread = float(np.nanmean(codes.spread)) if len(codes.values) else 1.0
            spacing = nearest_spacing(_SPACING_SHARE * spread) if np.isfinite(spread) else 0.1
            self._canvas.overlays.lens.set_spacing(spacing)

    # Cursor

    @Slot(object)
    def _on_decode_decoded(self, decoded: Decoded) -> None:
        self._decoded = decoded
        if self._is_moved(decoded):
            self._measure_soon()
        else:
            self._refresher.mark()

    def _is_moved(self, decoded: Decoded) -> bool:
        """Return whether ``decoded`` is of another place than the last one measured."""
        return self._code is None or not np.array_equal(self._code, decoded.z)

    def _measure_soon(self) -> None:
        """Schedule the read-out after the repaint of the decoded image."""
        self._refresher.mark_behind(max(self._least_ms, self._pace_ms))
        if self._lens:
            # The lens shows decoded images itself: it is not deferred.
            self._refresher.flush()

    def _measure(self) -> None:
        decoded = self._decoded
        if decoded is None:
            return
        if not self._is_moved(decoded):
            # New weights decode the place before this feature is told of them. While the pointer
            # moves, the image at its next place must not wait for them.
            self._set_subject()
        self._code, self._insight = decoded.z, None
        self._services.of(InsightService).measure(decoded.z, self._canvas.scene.projection.frame)
        if self._insight is None:
            # The answer is pending, and the current arrow belongs to the previous position.
            self._canvas.set_drift(None)
        self._look_around()

    def _look_around(self) -> None:
        code = self._canvas.map_cursor.code() if self._lens else None
        if code is not None:
            spacing = self._canvas.overlays.lens.spacing
            self._services.of(InsightService).fan(
                code, self._canvas.scene.projection.frame, spacing
            )

    @Slot(object)
    def _on_insight_found(self, insight: PlaceInsight) -> None:
        if self._code is None:
            return
        self._insight = insight
        self._pace_ms = min(_SLOWEST_MS, round(1000.0 * insight.seconds / _POINTING_SHARE))
        self._window.panel(CursorPanel).set_insight(insight)
        code, found = self._canvas.map_cursor.code(), insight.insight
        if code is None or not np.array_equal(code, found.z):
            return
        self._canvas.set_drift(None if found.drift is None else found.z + found.drift)
        self._canvas.map_cursor.set_words(insight.words)

    @Slot(object)
    def _on_insight_fanned(self, fan: Fan) -> None:
        if self._lens and self._canvas.map_cursor.code() is not None:
            rows, columns, channels, height, width = fan.images.shape
            shape = (height, width) if channels == 1 else (channels, height, width)
            self._canvas.set_fan(fan.images.reshape(rows, columns, *shape), fan.spacing)

    @Slot()
    def _on_canvas_cursor_left(self) -> None:
        self._canvas.set_fan(None)
        self._services.of(InsightService).fans.forget()

    @Slot()
    def _on_canvas_lens_toggled(self) -> None:
        self._lens = not self._lens
        self._keep(_LENS, self._lens)
        self._show_lens()
        self._look_around()

    def _show_lens(self) -> None:
        overlays = self._canvas.overlays
        overlays.bar.layers.set_lens(self._lens)
        overlays.lens.setVisible(self._lens)
        overlays.place()
        if not self._lens:
            self._services.of(InsightService).fans.forget()
            self._canvas.set_fan(None)

    @Slot(float)
    def _on_lens_spacing_edited(self, spacing: float) -> None:
        self._spacing = spacing
        self._look_around()

    # Layers

    @Slot(object)
    def _on_canvas_cursor_moved(self, _z: object) -> None:
        if self._refresher.is_dirty:
            # The pointer may have returned to the position it left; restart the short delay.
            self._measure_soon()

    @Slot()
    def _look_at_view(self) -> None:
        canvas = self._canvas
        view = canvas.navigation.view
        if canvas.isVisible() and min(view.width, view.height) > 1.0:
            self._services.of(FieldService).set_view(
                view.bounds, view.width, view.height, canvas.scene.projection.frame
            )

    @Slot(str)
    def _on_canvas_layer_toggled(self, key: str) -> None:
        reason = self._reasons().get(key)
        if reason is not None and key not in self._services.of(FieldService).chosen:
            # Only reached by a key: the menu disables the entry.
            message = tr("{layer}: {reason}", layer=tr(FIELDS[key].label), reason=reason)
            self._services.workspace.noticed.emit(Notice("info", message, passing=True))
            return
        self._services.of(FieldService).toggle(key)
        chosen = self._services.of(FieldService).chosen
        self._keep(_LAYERS, " ".join(chosen))
        self._show_choice()
        name = tr(FIELDS[key].label)
        shown = tr("Layer {name} is shown", name=name)
        describe(self._canvas, shown if key in chosen else tr("Layer {name} is hidden", name=name))

    def _show_choice(self) -> None:
        fields = self._services.of(FieldService)
        button = self._canvas.overlays.bar.layers
        button.set_layers(fields.chosen, self._reasons())

    def _reasons(self) -> dict[str, str]:
        """Return why each unavailable layer cannot be computed for the displayed network."""
        shown = self._services.shown
        reasons = {}
        for key, spec in FIELDS.items():
            if shown.codec is None:
                continue
            if spec.needs_encoder and not shown.codec.can_encode:
                reasons[key] = tr("A GAN has no encoder: no sample has a code.")
            elif spec.needs_prior and not shown.has_prior:
                reasons[key] = tr("Only a variational code has a prior.")
        return reasons

    @Slot()
    def _show_layers(self) -> None:
        shown = self._services.shown
        layers = self._services.of(FieldService).layers
        picture = field_picture(layers, current_theme(), shown.dataset.classes)
        self._canvas.set_field(picture)
        self._show_legend()

    def _show_legend(self) -> None:
        fields = self._services.of(FieldService)
        known = {layer.field.key for layer in fields.layers}
        awaited = [key for key in fields.chosen if fields.available(key) and key not in known]
        self._canvas.overlays.fields.set_layers(fields.layers, awaited)
        self._canvas.overlays.place()

    def _keep(self, name: str, value: bool | str) -> None:
        self._services.settings.keep({name: value})
