"""Storage of an edited study plan until it is saved."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import write_atomically
from aegui.core.errors import AeguiError
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.study.plan import plan_from, plan_json
from aegui.paths import user_data_dir
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.core.study.plan import StudyPlan

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlanDraft:
    """An edited plan."""

    path: Path
    """The file that the plan was loaded from, or will be created as."""
    plan: StudyPlan
    """The edited plan."""
    is_new: bool
    """Whether the file does not exist yet."""


class PlanDrafts:
    """Stores the draft of the form, in the background.

    With several windows, the draft that was edited last is restored.
    """

    def __init__(self) -> None:
        self._file = user_data_dir() / "studies" / "draft.json"
        self._job = LatestJob("aegui-studies-draft")
        self._stored: PlanDraft | None = None

    def found(self) -> PlanDraft | None:
        """Return the stored draft; None if there is none, or if it is unreadable."""
        try:
            document = from_json(self._file.read_text("utf-8"))
            plan = plan_from(document["plan"], self._file.name)
            self._stored = PlanDraft(Path(document["path"]), plan, bool(document["is_new"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AeguiError) as error:
            _log.info("%s holds no draft: %s", self._file, error)
            return None
        return self._stored

    def keep(self, draft: PlanDraft | None) -> None:
        """Store ``draft`` in the background; None removes the stored draft."""
        if draft == self._stored:
            return
        self._stored = draft
        self._job.submit(lambda: self._write(draft))

    def _write(self, draft: PlanDraft | None) -> None:
        try:
            if draft is None:
                self._file.unlink(missing_ok=True)
                return
            plan = from_json(plan_json(draft.plan))
            document = {"path": str(draft.path), "is_new": draft.is_new, "plan": plan}
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(document).encode(), private=True)
        except (OSError, AeguiError) as error:
            # Ignored: the draft is still open in the form, and saving it reports errors.
            _log.info("%s could not be written: %s", self._file, error)

    def shutdown(self) -> None:
        """Wait until the draft is stored."""
        self._job.wait()
        self._job.shutdown()
