"""Lessons: step-by-step experiments beside the window."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

_BESIDE = Spot("column", closed=True)

FEATURES = (
    FeatureSpec(
        "aegui.features.lessons.feature:LessonsFeature",
        (
            DockSpec(
                "lessons",
                mark("Lessons"),
                5,
                "aegui.features.lessons.view.panel:LessonsPanel",
                spots=dict.fromkeys(("wander", "draw", "build", "compare", "study"), _BESIDE),
                guide="24-lessons.md",
            ),
        ),
        actions=(
            ActionSpec(
                "lessons",
                mark("L&essons"),
                mark("Experiments step by step: predict, do it, look, and check the figures"),
                "help",
                80,
                "show_list",
                icon="list",
                within="lessons",
            ),
            ActionSpec(
                "open_lesson",
                mark("&Open a lesson…"),
                mark("Start a lesson from a file"),
                "help",
                85,
                "open",
                within="lessons",
            ),
        ),
        requests={"lesson": "begin", "lesson_file": "begin_file"},
    ),
)
