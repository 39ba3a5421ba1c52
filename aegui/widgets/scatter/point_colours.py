"""Colours of the samples on the map: by class or by a value, with a highlighted selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from aegui.core.colours import DISC, marks_of
from aegui.kit.theme import blend
from aegui.widgets.colours import class_colour, class_rgba, colormap_rgba, shares_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.theme import Theme

_FADED = 0.2


class PointColours:
    """Attributes of all samples of a set, and the colours derived from them.

    ``version`` grows with every change.
    """

    def __init__(self) -> None:
        self.version = 0
        self._classes: NDArray[np.int64] | None = None
        self.emphasis: int | None = None
        """The highlighted class, or None."""
        self._shares: NDArray[np.float64] | None = None
        self._range = (0.0, 0.0)
        self._chosen: NDArray[np.bool_] | None = None

    @property
    def has_classes(self) -> bool:
        """Return whether there are classes to colour by."""
        return self._classes is not None

    @property
    def value_range(self) -> tuple[float, float] | None:
        """Return the values at the ends of the colormap; None without values."""
        return None if self._shares is None else self._range

    @property
    def selection(self) -> NDArray[np.int64]:
        """Return the selected samples, ascending."""
        none = np.zeros(0, np.int64)
        return none if self._chosen is None else np.flatnonzero(self._chosen)

    def set_classes(self, classes: NDArray[np.int64] | None) -> None:
        """Set the class of every sample ``[N]``; None for no class colours."""
        self._classes = classes
        self.emphasis = None
        self.version += 1

    def set_emphasis(self, number: int | None) -> None:
        """Highlight class ``number`` by fading the others; None shows all alike."""
        self.emphasis = number
        self.version += 1

    def set_values(self, values: NDArray[np.float64] | None) -> None:
        """Set a value for every sample ``[N]``, which takes precedence over classes; or None."""
        self._shares, self._range = (None, (0.0, 0.0)) if values is None else shares_of(values)
        self.version += 1

    def set_selection(self, indices: NDArray[np.int64] | None, count: int) -> None:
        """Select ``indices`` of ``count`` samples; None or an empty array selects none."""
        self._chosen = None
        if indices is not None:
            known = indices[(indices >= 0) & (indices < count)]
            if len(known):
                self._chosen = np.zeros(count, bool)
                self._chosen[known] = True
        self.version += 1

    def colour(self, index: int, theme: Theme) -> QColor | None:
        """Return the colour of sample ``index``; None if it has neither value nor class."""
        if self._chosen is not None and not self._chosen[index]:
            return _faded(theme)
        if self._shares is not None:
            return QColor.fromRgba(int(_ramp(self._shares[index : index + 1], theme)[0]))
        if self._classes is None:
            return None
        number = int(self._classes[index])
        return class_colour(number, theme) if self.emphasis in (None, number) else _faded(theme)

    def class_of(self, index: int) -> int | None:
        """Return the class of sample ``index`` if samples are coloured by class, else None."""
        is_coloured_by_class = self._classes is not None and self._shares is None
        return (
            int(self._classes[index])
            if is_coloured_by_class and self._classes is not None
            else None
        )

    def stands_out(self, indices: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Return which of the samples ``[n]`` are highlighted; None if none is faded."""
        if self._chosen is not None:
            return self._chosen[indices]
        if self.emphasis is None or self._classes is None or self._shares is not None:
            return None
        return np.asarray(self._classes[indices] == self.emphasis)

    @property
    def has_selection(self) -> bool:
        """Return whether some samples are selected."""
        return self._chosen is not None

    def is_chosen(self, index: int) -> bool:
        """Return whether sample ``index`` is selected, or no selection exists."""
        return self._chosen is None or bool(self._chosen[index])

    def rim(self, index: int, theme: Theme) -> QColor | None:
        """Return the rim colour of the image of sample ``index``; None for the default."""
        if self._chosen is not None and self._chosen[index]:
            return theme.accent
        return self.colour(index, theme)

    def marks(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return markers (indices of ``MARKS``) of samples ``[n]``; discs unless shown by class."""
        if self._classes is None or self._shares is not None:
            return np.full(len(indices), DISC, np.int64)
        return marks_of(self._classes[indices])

    def rgba(self, indices: NDArray[np.int64], theme: Theme) -> NDArray[np.uint32]:
        """Return opaque ARGB of the samples ``[n]``."""
        faded = _faded(theme).rgba()
        if self._shares is not None:
            colours = _ramp(self._shares[indices], theme)
        elif self._classes is None:
            colours = np.full(len(indices), theme.series[0].rgba(), np.uint32)
        else:
            classes = self._classes[indices]
            colours = class_rgba(classes, theme)
            if self.emphasis is not None:
                colours[classes != self.emphasis] = faded
        if self._chosen is not None:
            colours[~self._chosen[indices]] = faded
        return colours


def _faded(theme: Theme) -> QColor:
    return blend(theme.text_dim, theme.panel, _FADED)


def _ramp(shares: NDArray[np.float64], theme: Theme) -> NDArray[np.uint32]:
    """Return opaque ARGB of ``shares``; NaN is faded."""
    colours = colormap_rgba(np.nan_to_num(shares))
    colours[np.isnan(shares)] = _faded(theme).rgba()
    return colours
