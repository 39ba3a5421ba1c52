"""Studies as pictures to hand in: the matrix as a heat map, curves as a chart. White paper."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import tr, trn
from aegui.core.network.catalog import CORRUPTIONS
from aegui.core.study.noise_matrix import FIGURES
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.study.noise_curves import Curves, Line
    from aegui.core.study.noise_matrix import NoiseMatrix

RAMP = ("#f7fbff", "#d0e1f2", "#94c4df", "#4a98c9", "#1764ab", "#08306b")
"""From nothing to most; it reads the same in grey and to colour-blind eyes."""
LINE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3fbf")
"""Of networks, one after the other (Okabe and Ito 2008)."""
_INK, _PALE, _GRID = "#1b1f26", "#5c6470", "#e3e6eb"
_CELL_W, _CELL_H = 92, 52
_TITLE_PX, _TEXT_PX, _SMALL_PX = 20, 15, 13
_GAP = 16
_CHART_W, _CHART_H = 760, 460
_OVER = 2
"""Charts are drawn so many times larger, then reduced: soft edges."""
_TICKS = 6


def matrix_picture(matrix: NoiseMatrix, key: str = "wrong") -> Image.Image:
    """One figure of all cells as a heat map, with the limit below.

    Args:
        matrix: The study.
        key: One of ``FIGURES``.
    """
    figure = matrix.figure(key)
    rows = [corruption_words(spec) for spec in matrix.spec.training]
    columns = [corruption_words(spec) for spec in matrix.spec.tests]
    left = _GAP + max(_width([*rows, tr("Bayes limit")], _TEXT_PX), 40) + 12
    top = _GAP + _TITLE_PX + 2 * _TEXT_PX + 34
    width = left + max(_CELL_W * len(columns), _width([_title(matrix, key)], _TITLE_PX)) + _GAP
    with_limit = key == "wrong" and any(one is not None for one in matrix.limits)
    height = top + _CELL_H * (len(rows) + with_limit) + with_limit * 8 + _GAP
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((_GAP, _GAP - 4), _title(matrix, key), _INK, _font(_TITLE_PX))
    draw.text((left, _GAP + _TITLE_PX + 8), tr("Tried with"), _PALE, _font(_SMALL_PX))
    draw.text((_GAP, top - _TEXT_PX - 8), tr("Trained with"), _PALE, _font(_SMALL_PX))
    for column, words in enumerate(columns):
        _draw_head(draw, words, left + (column + 0.5) * _CELL_W, top - 10)
    shades = _shades(figure.mean, key)
    for row, words in enumerate(rows):
        y = top + row * _CELL_H
        draw.text((left - 12, y + _CELL_H / 2), words, _INK, _font(_TEXT_PX), "rm")
        for column in range(len(columns)):
            cell = (float(figure.mean[row, column]), float(figure.deviation[row, column]))
            _draw_cell(draw, left + column * _CELL_W, y, shades[row, column], key, *cell)
    if with_limit:
        _draw_limits(draw, matrix, left, top + len(rows) * _CELL_H + 8)
    return picture


def _title(matrix: NoiseMatrix, key: str) -> str:
    return trn(
        "{figure}: {data}, {n} seed",
        "{figure}: {data}, {n} seeds",
        matrix.spec.seeds,
        figure=tr(FIGURES[key].label),
        data=matrix.dataset.name,
    )


def _draw_head(draw: ImageDraw.ImageDraw, words: str, x: float, y: float) -> None:
    """The noise of a column: on one line, or its kind above its level where that is too wide."""
    kind, _, level = words.rpartition(" ")
    fits = _width([words], _SMALL_PX) <= _CELL_W - 6
    draw.text((x, y), words if fits else level, _INK, _font(_SMALL_PX), "mb")
    if not fits:
        draw.text((x, y - _SMALL_PX - 2), kind, _INK, _font(_SMALL_PX - 2), "mb")


def _shades(mean: NDArray[np.float64], key: str) -> NDArray[np.float64]:
    """From 0, the best cell, to 1; shares are of all, wrong pixels of the most there are."""
    if key != "wrong":
        return np.clip(1.0 - mean, 0.0, 1.0)
    return mean / max(float(mean.max()), 1e-9)


def _draw_cell(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    shade: float,
    key: str,
    mean: float,
    deviation: float,
) -> None:
    colour = ramp(shade)
    draw.rectangle((x, y, x + _CELL_W - 2, y + _CELL_H - 2), colour)
    ink = "white" if shade > 0.55 else _INK
    middle = x + _CELL_W / 2 - 1
    draw.text((middle, y + _CELL_H / 2 - 7), _number(mean, key), ink, _font(_TEXT_PX), "mm")
    spread = f"± {_number(deviation, key)}"
    draw.text((middle, y + _CELL_H / 2 + 12), spread, ink, _font(_SMALL_PX - 1), "mm")


def _draw_limits(draw: ImageDraw.ImageDraw, matrix: NoiseMatrix, left: float, y: float) -> None:
    middle = y + _CELL_H / 2
    draw.line((_GAP, y - 4, left + _CELL_W * len(matrix.limits), y - 4), _GRID, 1)
    draw.text((left - 12, middle), tr("Bayes limit"), _PALE, _font(_TEXT_PX), "rm")
    for column, limit in enumerate(matrix.limits):
        if limit is not None:
            x = left + (column + 0.5) * _CELL_W - 1
            draw.text((x, middle), _number(limit.mean, "wrong"), _PALE, _font(_TEXT_PX), "mm")


def _number(value: float, key: str) -> str:
    return f"{value:.2f}" if key == "wrong" else f"{value:.0%}"


def ramp(share: float) -> str:
    """The colour of a share from 0 to 1."""
    place = min(max(share, 0.0), 1.0) * (len(RAMP) - 1)
    low = min(int(place), len(RAMP) - 2)
    ends = [[int(RAMP[at][i : i + 2], 16) for i in (1, 3, 5)] for at in (low, low + 1)]
    mixed = [round(a + (b - a) * (place - low)) for a, b in zip(*ends, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def curves_picture(curves: Curves) -> Image.Image:
    """Wrong pixels against the level: a line for each, bands of one standard deviation."""
    legend_h = 22 * len(curves.lines) + _GAP
    large = (_CHART_W * _OVER, (_CHART_H + legend_h) * _OVER)
    picture = Image.new("RGB", large, "white")
    chart = _Chart(ImageDraw.Draw(picture, "RGBA"), curves)
    chart.draw_axes()
    for place, line in enumerate(curves.lines):
        chart.draw_band(line, _colour(place, line))
    for place, line in enumerate(curves.lines):
        chart.draw_line(line, _colour(place, line))
        chart.draw_name(line, _colour(place, line), _CHART_H + place * 22)
    size = (_CHART_W, _CHART_H + legend_h)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _colour(place: int, line: Line) -> str:
    if line.key == "limit":
        return _INK
    if line.key == "copy":
        return "#9aa1ab"
    return LINE_COLOURS[place % len(LINE_COLOURS)]


class _Chart:
    """Axes and lines, in pixels of the enlarged picture."""

    def __init__(self, draw: ImageDraw.ImageDraw, curves: Curves) -> None:
        self._draw = draw
        self._curves = curves
        self._left, self._right = 64 * _OVER, (_CHART_W - 24) * _OVER
        self._top, self._bottom = 48 * _OVER, (_CHART_H - 56) * _OVER
        highest = [float(np.nanmax(line.high, initial=0.0)) for line in curves.lines]
        self._step = _round_step(max([*highest, 0.5]) / _TICKS)
        self._high = self._step * math.ceil(max([*highest, 0.5]) / self._step)
        low, high = float(curves.levels[0]), float(curves.levels[-1])
        self._low, self._span = low, (high - low) or 1.0

    def _x(self, level: float) -> float:
        share = (level - self._low) / self._span
        return self._left + share * (self._right - self._left)

    def _y(self, value: float) -> float:
        return self._bottom - value / self._high * (self._bottom - self._top)

    def draw_axes(self) -> None:
        """Title, grid, numbers and what the axes are."""
        draw, small = self._draw, _font(_SMALL_PX * _OVER)
        title = tr("Wrong pixels per character")
        draw.text((self._left, 12 * _OVER), title, _INK, _font(18 * _OVER))
        for tick in range(round(self._high / self._step) + 1):
            y = self._y(tick * self._step)
            draw.line((self._left, y, self._right, y), _GRID, _OVER)
            draw.text((self._left - 8 * _OVER, y), f"{tick * self._step:g}", _PALE, small, "rm")
        for level in _some(self._curves.levels.tolist()):
            where = (self._x(level), self._bottom + 8 * _OVER)
            draw.text(where, f"{level:g}", _PALE, small, "mt")
        name = tr("Level of the noise: {kind}", kind=tr(CORRUPTIONS[self._curves.kind].label))
        middle = ((self._left + self._right) / 2, self._bottom + 30 * _OVER)
        draw.text(middle, name, _INK, small, "mt")

    def draw_band(self, line: Line, colour: str) -> None:
        """One standard deviation to either side, where there are several runs."""
        if line.runs < 2:
            return
        levels = self._curves.levels
        upper = [(self._x(at), self._y(value)) for at, value in zip(levels, line.high, strict=True)]
        lower = [(self._x(at), self._y(value)) for at, value in zip(levels, line.low, strict=True)]
        if len(upper) > 1:
            self._draw.polygon([*upper, *reversed(lower)], f"{colour}30")

    def draw_line(self, line: Line, colour: str) -> None:
        """The means, with a dot at every level."""
        points = [
            (self._x(at), self._y(value))
            for at, value in zip(self._curves.levels, line.mean, strict=True)
            if math.isfinite(value)
        ]
        self._draw.line(points, colour, 2 * _OVER, "curve")
        for x, y in points:
            size = 3.5 * _OVER
            if line.key == "model":
                self._draw.ellipse((x - size, y - size, x + size, y + size), colour)
            else:  # told apart without colours too
                self._draw.rectangle((x - size, y - size, x + size, y + size), "white", colour, 3)

    def draw_name(self, line: Line, colour: str, y: float) -> None:
        """An entry of the legend."""
        x, middle = self._left, (y + 8) * _OVER
        self._draw.line((x, middle, x + 28 * _OVER, middle), colour, 3 * _OVER)
        name = line.name
        if line.runs > 1:
            name = tr("{name}, {runs} runs", name=line.name, runs=line.runs)
        self._draw.text((x + 38 * _OVER, middle), name, _INK, _font(_TEXT_PX * _OVER), "lm")


def _round_step(step: float) -> float:
    """The next larger of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def _some(levels: Sequence[float]) -> Sequence[float]:
    """At most eleven of them, from the first on."""
    return levels[:: -(-len(levels) // 11)]


def _width(texts: Sequence[str], size: int) -> int:
    return math.ceil(max(_font(size).getlength(text) for text in texts))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources_dir() / "fonts" / "DejaVuSans.ttf"), size)
