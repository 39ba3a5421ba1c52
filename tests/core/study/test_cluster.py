"""Units for other machines: the number of runs in each, and that joining changes no result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.study.cluster import write_units
from aegui.core.study.records import Records
from aegui.core.study.study import Study, packed_units
from aegui.core.study.units import FEWEST_RUNS, MAX_RUNS, Unit, run_unit, units_of
from aegui.core.study.workers import InlineWorkers, StudyControl
from tests.core.study.test_study import HERE, RATE, plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.recipe import Recipe


def recipes_of(seeds: int, widths: tuple[int, ...], **keys: Any) -> list[Recipe]:
    rows = [{"label": str(n), "set": {"network.encoder": [{"units": n}]}} for n in widths]
    axes = [{"label": "width", "rows": rows}, RATE]
    settings = Study(plan_of(axes=axes, **keys), HERE, Records()).settings()
    return [setting.run(seed) for setting in settings for seed in range(seeds)]


@pytest.mark.parametrize("jobs", [1, 8, 64])
@pytest.mark.parametrize(
    ("seeds", "widths"),
    [(300, (6,)), (2, tuple(range(4, 24))), (7, (5, 6, 7)), (60, (5, 9)), (11, (6,))],
)
def test_each_has_20_to_200_runs(seeds: int, widths: tuple[int, ...], jobs: int) -> None:
    recipes = recipes_of(seeds, widths)
    units = packed_units(units_of(recipes, jobs))
    assert (FEWEST_RUNS, MAX_RUNS) == (20, 200)
    assert all(20 <= len(unit.recipes) <= 200 for unit in units)
    given = [recipe for unit in units for recipe in unit.recipes]
    assert len(given) == len(recipes)
    assert set(given) == set(recipes)


def test_shapes_with_few_runs_are_joined_in_their_order() -> None:
    one, two, three = (Unit(tuple(recipes_of(3, (width,))), 1.0) for width in (5, 6, 7))
    many = Unit(tuple(recipes_of(20, (8,))), 2.0)
    [first] = packed_units([one, two, many, three])
    assert first.recipes == many.recipes + one.recipes + two.recipes + three.recipes
    assert first.work == 5.0


def test_what_takes_hours_goes_alone_and_a_small_study_is_one_unit() -> None:
    few = [Unit((recipe,), 2.0) for recipe in recipes_of(2, (5, 6))]
    [unit] = packed_units(few)
    assert len(unit.recipes) == 8
    assert packed_units([]) == []
    long = [Unit(unit.recipes, 4_000.0) for unit in few[:3]]
    assert packed_units(long) == long


def test_optimisers_that_train_alone_are_joined_too() -> None:
    recipes = recipes_of(8, (5, 6), set={"training.optimizer.name": "cg", "training.epochs": 2})
    units = units_of(recipes, 4)
    assert {len(unit.recipes) for unit in units} == {1}
    [unit] = packed_units(units)
    records = [record for some in run_unit(Unit(unit.recipes[:3], 1.0)) for record in some]
    assert [record.seed for record in records] == [one.seed for one in unit.recipes[:3]]


def test_shapes_together_are_what_they_are_apart() -> None:
    recipes = recipes_of(2, (5, 6))
    shares: list[float] = []
    together = {
        record.key: record.figures["loss"]
        for some in run_unit(Unit(tuple(recipes), 1.0), report_share=shares.append)
        for record in some
    }
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    apart: dict[str, float] = {}
    for news in InlineWorkers().run(units_of(recipes, 1), StudyControl()):
        apart |= {line["key"]: line["figures"]["loss"] for line in news.lines}
    assert together.keys() == apart.keys()
    for key, loss in together.items():
        assert loss == pytest.approx(apart[key], rel=1e-4)


def test_files_for_a_cluster_hold_as_many(tmp_path: Path) -> None:
    plan = plan_of(seeds={"count": 60})
    count = write_units(Study(plan, HERE, Records()), tmp_path / "work")
    files = sorted((tmp_path / "work").glob("unit-*.json"))
    runs = [len(Unit.from_json(file.read_text()).recipes) for file in files]
    assert len(runs) == count
    assert sum(runs) == 240
    assert all(20 <= number <= 200 for number in runs)
