"""Noise controls: kind, level, seed, redraw and removal."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.core.recipe import CorruptionSpec
from aegui.features.drawing.view.tool_row import BUTTON_PX
from aegui.kit.marks import flat_button
from aegui.kit.theme import icon_px
from aegui.widgets.form.editors import noise_kind_field
from aegui.widgets.form.fields import CountField, SliderField

_NONE = "none"
_START_LEVEL = 0.2
_MAX_SEED = 99_999


class NoiseBox(QWidget):
    """Selects the noise; every change is requested at once."""

    noise_requested = Signal(object, int)
    """With spec, seed: apply this noise to the drawing; kind "none" removes it."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = noise_kind_field()
        self._shown_kind = self._kind.value()
        self._level = SliderField((0.0, 1.0), (0.0, 1.0), logarithmic=False, step=0.05)
        self._seed = CountField(0, _MAX_SEED)
        self._again = self._button("edit-again", "", "")
        tip = tr("Take the noise off")
        self._off = self._button("edit-noise-off", tip, tip)
        self.sheet = QPushButton(tr("Sheet of levels…"))
        self._build_level()
        self._build_buttons()
        self._lay_out()
        self._kind.edited.connect(self._on_kind_edited)
        self.set_noised(False)

    def _build_level(self) -> None:
        tip = tr(
            "Level of the noise: a probability per pixel, sigma for Gaussian noise, or the share of"
            " the image that an erased block covers"
        )
        self._level.set_value(_START_LEVEL)
        self._level.slider.setMinimumWidth(48)
        for widget in (self._level.number, self._level.slider):
            widget.setToolTip(tip)
            widget.setAccessibleName(tr("Level of the noise"))
        self._level.edited.connect(self._request)

    def _button(self, icon_name: str, tip: str, name: str) -> QToolButton:
        button = flat_button(icon_name, tip, name=name, pixels=icon_px())
        button.setMinimumSize(icon_px(BUTTON_PX), icon_px(BUTTON_PX - 3))
        return button

    def _build_buttons(self) -> None:
        self._seed.setPrefix(tr("seed {n}", n=""))
        self._seed.setToolTip(tr("The same seed always draws the same noise"))
        self._seed.setAccessibleName(tr("Seed of the noise"))
        self._seed.edited.connect(self._request)
        self._again.clicked.connect(self.again)
        self._off.clicked.connect(self._on_off_clicked)
        self.sheet.setToolTip(
            tr("The drawing at eight levels of this noise, with the answers of each network")
        )

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self._kind, 0, 0, 1, 3)
        grid.addWidget(self._level, 1, 0, 1, 3)
        grid.addWidget(self._seed, 2, 0)
        grid.addWidget(self._again, 2, 1)
        grid.addWidget(self._off, 2, 2)
        grid.addWidget(self.sheet, 3, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(4, 1)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def spec(self) -> CorruptionSpec:
        """The chosen noise."""
        # Both fields offer valid values only.
        return CorruptionSpec.model_construct(
            kind=self._kind.value(), level=round(self._level.value(), 4)
        )

    @property
    def seed(self) -> int:
        """The chosen seed."""
        return self._seed.value()

    def set_noise(self, spec: CorruptionSpec, seed: int) -> None:
        """Show ``spec`` and ``seed`` without a signal; the kind "none" changes nothing."""
        if spec.kind == _NONE:
            return
        self._shown_kind = spec.kind
        self._kind.set_value(spec.kind)
        self._level.set_value(spec.level)
        self._seed.set_value(seed % (_MAX_SEED + 1))

    def set_noised(self, noised: bool) -> None:
        """Set whether the drawing has noise that can be removed."""
        self._off.setEnabled(noised)
        if noised:
            tip = tr("Draw other noise, with the next seed ({key})", key="N")
            name = tr("Draw noise again")
        else:
            tip = tr("Put this noise on the drawing ({key})", key="N")
            name = tr("Put this noise on the drawing")
        self._again.setToolTip(tip)
        self._again.setAccessibleName(name)

    # -- edits -----------------------------------------------------------------------------------

    def again(self) -> None:
        """Request noise with the next seed."""
        # Setting the seed emits the request.
        self._seed.setValue((self._seed.value() + 1) % (_MAX_SEED + 1))

    def _on_kind_edited(self, kind: str) -> None:
        """Request noise of another kind, or of the same kind if there is none on the drawing."""
        is_other, self._shown_kind = kind != self._shown_kind, kind
        if is_other or not self._off.isEnabled():
            self._request()

    def _on_off_clicked(self) -> None:
        self.noise_requested.emit(CorruptionSpec(), self.seed)

    def _request(self) -> None:
        self.noise_requested.emit(self.spec, self.seed)
