"""Connects set-up lines and challenges to the clipboard, the draft and the running training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication

from aegui.core.errors import RecipeError
from aegui.core.i18n import joined, sentences, tr
from aegui.features.challenge.view.badge import Badge, challenge_lines
from aegui.session.notice import Notice
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.setup_line.goal import Missing
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_EXAMPLE = "lowercase 35-25-10-2 tanh | adam 0.01 | bce | 5000 epochs | seed 42"
_PROGRESS = frozenset({"history", "is_live", "saved"})
"""The changes that indicate progress or the end of a training."""
_RECIPE = frozenset({"recipe"})


class ChallengeFeature(Feature):
    """Copies and pastes set-ups as lines, and checks during training whether a goal is reached."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._looked = 0
        self._is_watching = services.runner.is_busy
        self.badge = Badge()
        window.toolbar.add_badge(self.badge)
        self.badge.copy.triggered.connect(self.copy)
        self.badge.drop.triggered.connect(self.drop)
        workspace = services.workspace
        workspace.recipe_settled.connect(self._on_workspace_recipe_settled)
        workspace.annotations.challenge_changed.connect(self._on_challenge_changed)
        services.runner.started.connect(self._on_runner_started)
        self._show_challenge()

    # Lines

    @Slot()
    def copy(self) -> None:
        """Copy the draft, without its notes but with its goal, to the clipboard as a line."""
        line = self.line
        QApplication.clipboard().setText(line)
        self.noticed.emit(Notice("info", tr("Copied: {line}", line=line), passing=True))

    @property
    def line(self) -> str:
        """The draft as a line, without its notes."""
        workspace = self._services.workspace
        challenge = workspace.annotations.challenge
        recipe = workspace.recipe.model_copy(update={"notes": ""})
        from aegui.core.setup_line.writing import line_of  # lines are rarely copied

        return line_of(recipe, None if challenge is None else challenge.goal)

    @Slot()
    def paste(self) -> None:
        """Put the set-up of the line on the clipboard into the builder."""
        # Imported here, as in ``open_line``: reading lines needs many modules.
        from aegui.core.report.figure_ids import is_figure_id
        from aegui.core.setup_line.reading import is_line

        text = QApplication.clipboard().text()
        if is_line(text):
            self.open_line(text)
            return
        if is_figure_id(text):
            self._services.requests.figure.emit(text)
            return
        words = tr("There is no set-up on the clipboard. It is a line such as: {line}",
                   line=_EXAMPLE)  # fmt: skip
        self.noticed.emit(Notice("info", words, passing=True))

    @Slot(str)
    def open_line(self, text: str) -> None:
        """Load the set-up of the line ``text`` into the draft, and its goal as a challenge."""
        if self._services.runner.is_busy:
            words = tr("A training is running: stop it before you open another set-up.")
            self.noticed.emit(Notice("info", words, passing=True, about="busy"))
            return
        from aegui.core.setup_line.reading import read_line

        try:
            reading = read_line(text)
        except RecipeError as error:
            self.noticed.emit(Notice("warning", str(error), passing=True))
            return
        if self._window.is_wandering:
            # The builder must be visible to show what was pasted.
            self._services.requests.arrangement.emit("build")
        if reading.left_out:
            left = joined("; ", reading.left_out)
            words = tr("A newer version has written this; ignored: {parts}", parts=left)
            self.noticed.emit(Notice("warning", words))
        self._services.workspace.set_up(reading.recipe, reading.goal, tr("Paste a set-up"))

    @Slot(object)
    def _on_workspace_recipe_settled(self, _resolution: object) -> None:
        if self._services.workspace.annotations.challenge is not None:
            self._show_challenge()

    # Challenges

    @Slot()
    def drop(self) -> None:
        """Give up the challenge."""
        annotations = self._services.workspace.annotations
        has_reached = (
            annotations.challenge is not None and annotations.challenge.reached is not None
        )
        text = tr("Remove the challenge") if has_reached else tr("Give the challenge up")
        annotations.set_challenge(None, text)

    @Slot()
    def _on_runner_started(self) -> None:
        self._looked, self._is_watching = 0, True

    def show(self, shown: Shown, changed: Changes) -> None:
        """Check the new rows of the history for the goal."""
        challenge = self._services.workspace.annotations.challenge
        runner, history = self._services.runner, shown.history
        is_reached = challenge is not None and challenge.reached is not None
        if challenge is not None and changed & (_RECIPE if is_reached else _PROGRESS):
            self._show_challenge()
        if not self._is_watching or runner.resolved is None or not changed & _PROGRESS:
            return
        if runner.state == "failed":
            # The previous network is shown again, whose history is not that of this recipe.
            self._is_watching = False
            return
        if shown.saved is not None and not shown.is_live and not runner.is_busy:
            # The training has ended: no rows will follow.
            self._is_watching = False
        if challenge is None or challenge.reached is not None or history is None:
            return
        reached = challenge.goal.reached(history, runner.resolved, self._looked)
        self._looked = len(history)
        if reached is None:
            return
        reached_challenge = replace(challenge, reached=reached)
        self._services.workspace.annotations.reach_challenge(reached_challenge)
        sampled = self._sampled_words(reached_challenge)
        words = sentences(*challenge_lines(reached_challenge, sampled=sampled))
        text = tr("Challenge reached! {words}", words=words)
        # A notice with an action is not replaced by those about the training itself.
        self.noticed.emit(Notice("info", text, tr("Copy it as a line"), self.copy))

    @Slot(object)
    def _on_challenge_changed(self, _challenge: object) -> None:
        # Undo during a training brings a goal whose earlier rows were not looked at.
        self._looked = 0
        self._show_challenge()

    @Slot()
    def _show_challenge(self, _challenge: object = None) -> None:
        workspace = self._services.workspace
        challenge = workspace.annotations.challenge
        problem = sampled = ""
        if challenge is not None:
            sampled = self._sampled_words(challenge)
            split = workspace.recipe.data.split
            problem = challenge.goal.problem(len(workspace.dataset), split)
            unfit = challenge.goal.unfit(workspace.recipe)
            if unfit:
                problem = tr("It cannot be reached like this: {reason}", reason=unfit)
        self.badge.set_challenge(challenge, problem, self._missing(), sampled)

    def _sampled_words(self, challenge: KeptChallenge) -> str:
        """Return on which samples the goal is judged; "" for all that are trained on."""
        workspace = self._services.workspace
        # It was reached by a network of that time; it is to be reached by the draft.
        now = challenge.goal.measured_on(len(workspace.dataset), workspace.recipe.data.split)
        if now is None:
            return ""
        return (now if challenge.reached is None else challenge.reached.measured).words()

    def _missing(self) -> tuple[Missing, ...]:
        """Return the unmet bounds of the goal for the network shown; empty if unknown."""
        workspace, shown = self._services.workspace, self._services.shown
        challenge, resolved = workspace.annotations.challenge, workspace.resolution.resolved
        # The history of a set-up trained earlier says nothing about this one.
        if challenge is None or resolved is None or shown.recipe != resolved.recipe:
            return ()
        if shown.history is None or challenge.goal.unfit(resolved.recipe):
            return ()
        return challenge.goal.missing(shown.history, resolved)
