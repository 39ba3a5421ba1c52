"""The seed cloud of a study: each run a small square, coloured by its outcome."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.evaluation.run_figures import figure_words, run_figure
from aegui.core.i18n import tr
from aegui.core.study.seed_cloud import (
    ENDED,
    LOST,
    MET,
    ORDERS,
    WAITING,
    seed_cloud,
    seed_words,
    seeds_csv,
    share_line,
)
from aegui.kit.charts.items import FieldItems, Lazy
from aegui.kit.charts.squares import KINDS, SquareFields, Squares, SquareSign
from aegui.widgets.figures.study_kinds import (
    PictureChoice,
    StudyPicture,
    badness_shades,
    figure_of,
    short_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.study.material import StudyMaterial
    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyCell
    from aegui.core.study.seed_cloud import SeedCloud

MAX_FIELDS = 64
"""Settings whose seeds are shown beside one another."""


def seeds_picture(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    """Return a field of squares for each setting; seeds that have not finished are empty."""
    result = material.result
    plan, cells = result.plan, result.cells[:MAX_FIELDS]
    if not any(cell.runs for cell in cells):
        return None
    key = figure_of(result, choice)
    clouds = [seed_cloud(plan, cell, key, choice.order) for cell in cells]
    low, high = _ends(clouds)
    names = short_names(cells)
    high_is_better = run_figure(key).better == "high"
    parts = tuple(
        Squares(
            _kinds(plan, cloud),
            # A run whose figure is unknown counts as the worst.
            np.nan_to_num(
                badness_shades(cloud.values, low, high, high_is_better=high_is_better), nan=1.0
            ),
            _Numbers(cloud) if choice.order == "seed" else (),
            _titled(plan, name, cloud),
        )
        for name, cloud in zip(names, clouds, strict=True)
    )
    runs: dict[int, tuple[int, int]] = {}
    for index, cloud in enumerate(clouds):
        start = len(runs)
        runs.update((start + at, (index, seed)) for at, seed in enumerate(cloud.seeds.tolist()))
    items: list[tuple[int, ...]] = [()] * len(runs)
    if len(clouds) > 1:
        items += [(index,) for index in range(len(clouds))]
    order = tr(ORDERS[choice.order].label)
    caption = tr("{share}; squares {order}", share=share_line(plan, clouds), order=order)
    return StudyPicture(
        SquareFields(parts, _signs(plan, clouds, key, low, high)),
        tuple(items),
        _SeedWords(plan, cells, clouds),
        caption,
        lambda: seeds_csv(plan, list(zip(cells, clouds, strict=True))),
        runs,
    )


class _Numbers(Lazy[str]):
    """The seeds of a cloud as text beside it."""

    def __init__(self, cloud: SeedCloud) -> None:
        self._seeds = cloud.seeds

    def __len__(self) -> int:
        return len(self._seeds)

    def element_at(self, at: int) -> str:
        """Return the text of one seed."""
        return str(int(self._seeds[at]))


class _SeedWords(Lazy[str]):
    """Descriptions of all squares, then of all fields; made on demand."""

    def __init__(
        self, plan: StudyPlan, cells: Sequence[StudyCell], clouds: Sequence[SeedCloud]
    ) -> None:
        self._plan, self._cells, self._clouds = plan, cells, clouds
        self._items = FieldItems([len(one.seeds) for one in clouds])

    def __len__(self) -> int:
        return self._items.total

    def element_at(self, at: int) -> str:
        """Return the description of one square or field."""
        field, number = self._items.field_of(at)
        cloud, title = self._clouds[field], self._cells[field].setting.title
        if number is None:
            return f"{title}: {share_line(self._plan, [cloud])}"
        words = seed_words(self._plan, cloud, number)
        return words if len(self._clouds) == 1 else f"{title}. {words}"


def _ends(clouds: Sequence[SeedCloud]) -> tuple[float, float]:
    """Return the lowest and the highest figure of the shaded squares; NaN without any."""
    shaded = np.concatenate([cloud.values[cloud.states == ENDED] for cloud in clouds])
    shaded = shaded[np.isfinite(shaded)]
    return (float(shaded.min()), float(shaded.max())) if len(shaded) else (math.nan, math.nan)


def _kinds(plan: StudyPlan, cloud: SeedCloud) -> NDArray[np.int8]:
    of_state = np.zeros(4, np.int8)
    of_state[WAITING] = KINDS.index("empty")
    of_state[LOST] = KINDS.index("crossed")
    of_state[ENDED] = KINDS.index("shade" if plan.goal is None else "bad")
    of_state[MET] = KINDS.index("full")
    return of_state[cloud.states]


def _titled(plan: StudyPlan, name: str, cloud: SeedCloud) -> str:
    if plan.goal is None or not cloud.runs:
        return name
    share = cloud.share
    return tr(
        "{name}: {share:.1%} [{low:.1f}, {high:.1f}]",
        name=name,
        share=share.share,
        low=100 * share.low,
        high=100 * share.high,
    )


def _signs(
    plan: StudyPlan, clouds: Sequence[SeedCloud], key: str, low: float, high: float
) -> tuple[SquareSign, ...]:
    """Return the legend of the states that occur."""
    there = set(np.concatenate([np.unique(cloud.states) for cloud in clouds]).tolist())
    found = []
    if plan.goal is not None:
        found.append(SquareSign((("full", 1.0),), tr("at the goal")))
    if ENDED in there and math.isfinite(low):
        best, worst = (high, low) if run_figure(key).better == "high" else (low, high)
        kind = "shade" if plan.goal is None else "bad"
        text = tr(
            "{figure} {best} … {worst}",
            figure=tr(run_figure(key).label),
            best=figure_words(key, best),
            worst=figure_words(key, worst),
        )
        looks = tuple((kind, step) for step in (0.0, 0.5, 1.0))
        found.append(SquareSign(looks, text))  # type: ignore[arg-type]
    if LOST in there:
        found.append(SquareSign((("crossed", 0.0),), tr("diverged")))
    if WAITING in there:
        found.append(SquareSign((("empty", 0.0),), tr("not yet")))
    return tuple(found)
