"""A plan of a study in words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aegui.core.cost import memory_words, time_words
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.study.results import goal_words, size_words

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.core.study.plan import StudyAxis, StudyPlan

_MOST_VALUES = 12
_MODES = {
    "grid": mark("All combinations are tried."),
    "random": mark("Combinations are drawn at random."),
    "path": mark("One axis at a time: the best choice of each is kept."),
    "guided": mark("A guided search asks for what is tried next."),
}


def list_words(plan: StudyPlan) -> str:
    """Two lines for a list: what it is called, and what it varies."""
    varied = ", ".join(tr(axis.name) for axis in plan.axes) or tr("seeds only")
    runs = plan.most_settings * plan.seeds.count
    return f"{tr(plan.name)}\n{varied} · {trn('{n:,} run', '{n:,} runs', runs)}"


def plan_html(plan: StudyPlan) -> str:
    """What is tried, how often, for which goal, and what is published of it."""
    lines = [tr(plan.notes)] if plan.notes else []
    lines += [_axis_words(axis) for axis in plan.axes]
    seeds = plan.seeds.all
    lines.append(
        tr(
            "{size}, seeds {first} to {last}.",
            size=size_words(plan.most_settings, plan.seeds.count),
            first=seeds[0],
            last=seeds[-1],
        )
    )
    if len(plan.axes) > 1:
        lines.append(tr(_MODES[plan.mode]))
    if plan.goal is not None:
        lines.append(tr("Goal: {goal}.", goal=goal_words(plan)))
    if plan.minutes is not None:
        lines.append(tr("It ends after {n} min.", n=localized(plan.minutes, "g")))
    if plan.conclusion:
        lines.append(tr("Published: {text}", text=tr(plan.conclusion)))
    title = f"<b>{escape(tr(plan.name))}</b>" if plan.name else ""
    return title + "".join(f"<p style='margin: 4px 0 0 0'>{escape(line)}</p>" for line in lines)


def cost_line(cost: Cost | None) -> str:
    """What is left to do takes, before it is begun."""
    if cost is None:
        return tr("What it takes is being measured…")
    if cost.seconds <= 0.0:
        return tr("All its runs are done.")
    time, memory = time_words(cost.seconds), memory_words(cost.bytes)
    return tr("About {time} and {memory} of memory are left to do.", time=time, memory=memory)


def _axis_words(axis: StudyAxis) -> str:
    labels = [tr(choice.label) for choice in axis.choices]
    shown = (
        labels if len(labels) <= _MOST_VALUES else [*labels[: _MOST_VALUES - 1], "…", labels[-1]]
    )
    return tr("{axis}: {values}", axis=tr(axis.name), values=", ".join(shown))
