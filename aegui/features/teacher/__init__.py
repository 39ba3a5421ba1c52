"""Teacher mode: hides or locks parts of the program, and sets the initial state for a class."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.teacher.feature:TeacherFeature",
        actions=(
            ActionSpec(
                "teacher_file",
                mark("&Teacher file…"),
                mark("A file that hides or locks controls, and starts a class with a lesson"),
                "file/export",
                400,
                "make",
            ),
            ActionSpec(
                "teacher_leave",
                mark("Lea&ve teacher mode…"),
                mark(
                    "Restore all controls and previous settings, with the password of the teacher"
                ),
                "file",
                800,
                "leave",
                needs=("teaching",),
            ),
        ),
        conditions={"teaching": mark("Teacher mode is off.")},
        requests={"teacher_file": "enter"},
        at_start=True,
    ),
)
