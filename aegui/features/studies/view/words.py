"""Texts about the plan of a study."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aegui.core.cost import memory_words, time_words
from aegui.core.i18n import tr, trn
from aegui.core.network.plan import network_plan
from aegui.core.network.words import architecture, breakable
from aegui.core.recipe.settings import SECTIONS
from aegui.core.study.words import axis_words
from aegui.core.study.workers import default_jobs, fitting_jobs, with_start

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.core.study.plan import StudyPlan
    from aegui.features.studies.model.study_runs import StudySheet


def list_words(plan: StudyPlan) -> str:
    """Return two lines for a list: the name of the plan, and its axes."""
    varied = ", ".join(axis_words(axis.name) for axis in plan.axes) or tr("seeds only")
    runs = plan.most_settings * plan.seeds.count
    return f"{tr(plan.name)}\n{varied} · {trn('{n:,} run', '{n:,} runs', runs)}"


def about_html(plan: StudyPlan) -> str:
    """Return the notes of a plan and its published conclusion as HTML."""
    lines = [tr(plan.notes)] if plan.notes else []
    if plan.conclusion:
        lines.append(tr("Published: {text}", text=tr(plan.conclusion)))
    return "".join(f"<p style='margin: 4px 0 0 0'>{escape(line)}</p>" for line in lines)


def base_words(sheet: StudySheet) -> str:
    """Return a description of the base recipe."""
    if sheet.base is None or sheet.image_shape is None:
        return tr("The recipe is being read…")
    recipe = sheet.base
    sizes = architecture(network_plan(recipe, sheet.image_shape))
    parts = [tr("The builder's: {sizes}", sizes=sizes) if sheet.follows else sizes]
    if not sheet.follows and isinstance(sheet.plan.recipe, str):
        parts = [f"{sheet.plan.recipe}: {sizes}"]
    parts += [
        section.summary(recipe)
        for section in SECTIONS
        if section.key in {"data", "optimizer", "length"} and section.shown(recipe)
    ]
    return breakable(", ".join(parts))


def cost_line(cost: Cost | None, *, on_cluster: bool = False) -> str:
    """Return the cost of the missing runs as text."""
    if cost is None:
        return tr("Measuring the cost…")
    if cost.seconds <= 0.0:
        return tr("All its runs are done.")
    memory, jobs = memory_words(cost.bytes), default_jobs()
    time = time_words(with_start(cost.seconds, fitting_jobs(cost.seconds, jobs)))
    if on_cluster:
        return tr("On the cluster; this computer would take about {time}.", time=time)
    return tr("The rest takes about {time} and {memory} of memory.", time=time, memory=memory)
