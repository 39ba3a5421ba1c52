"""The badge of a challenge: its goal, and whether and how the goal was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidgetAction

from aegui.core.i18n import joined, localized, tr, trn
from aegui.core.setup_line.goal import figure_words
from aegui.kit.choosing import menu_below
from aegui.kit.theme import SPACING, icon, icon_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.setup_line.goal import Missing


_WIDTH_PX = 320


class Badge(QToolButton):
    """A button whose menu has the details; hidden without a challenge. Passive."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("chip", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(icon_size())
        menu = menu_below(self)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(_WIDTH_PX)
        self._words.setContentsMargins(2 * SPACING, SPACING, 2 * SPACING, SPACING)
        menu_text = QWidgetAction(menu)
        menu_text.setDefaultWidget(self._words)
        menu.addAction(menu_text)
        menu.addSeparator()
        self.copy = menu.addAction(icon("edit-copy"), tr("Copy it as a line"))
        self.drop = menu.addAction(icon("close"), "")
        self.hide()

    def set_challenge(
        self,
        challenge: KeptChallenge | None,
        problem: str = "",
        missing: Sequence[Missing] = (),
        sampled: str = "",
    ) -> None:
        """Show ``challenge``; ``problem`` says why it cannot be reached at present.

        ``missing`` are the bounds that the network does not meet, as far as they are known, and
        ``sampled`` says on which samples the goal is judged if these are not all.
        """
        self.setVisible(challenge is not None)
        if challenge is None:
            return
        reached = challenge.reached
        words = challenge_lines(challenge, problem, missing, sampled)
        self.setText(tr("Challenge") if reached is None else tr("Reached"))
        if reached is None and missing and not problem:
            self.setText(tr("Challenge: {missing}", missing=missing[0].short))
        self.setIcon(icon("flag") if reached is None else icon("flag-reached", "accent"))
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(" ".join(words))
        self.setToolTip("\n".join(words))
        self._words.setText("\n".join(words))
        self.drop.setText(tr("Give the challenge up") if reached is None else tr("Remove it"))


def challenge_lines(
    challenge: KeptChallenge,
    problem: str = "",
    missing: Sequence[Missing] = (),
    sampled: str = "",
) -> list[str]:
    """Return the goal, how it was reached or what is missing, and what the figures refer to."""
    goal, reached = challenge.goal, challenge.reached
    lines = [tr("Goal: {goal}.", goal=goal.words())]
    if reached is None and missing and not problem:
        listed = joined("; ", (one.words() for one in missing))
        lines.append(tr("Still missing: {listed}.", listed=listed))
    elif reached is None:
        lines.append(problem or tr("Not reached yet: change anything, and train."))
    if reached is None:
        return [*lines, sampled] if sampled else lines
    figures = joined(
        ", ", (figure_words(name, value, reached.measured) for name, value in reached.figures)
    )
    epochs = trn("{n:,} epoch", "{n:,} epochs", int(reached.epoch))
    seed = localized(reached.seed, "d")
    if reached.runs > 1:
        how = tr(
            "Reached after {epochs}, by seed {seed} of {runs:,} runs: {figures}.",
            epochs=epochs,
            seed=seed,
            runs=reached.runs,
            figures=figures,
        )
    else:
        how = tr(
            "Reached after {epochs}, with seed {seed}: {figures}.",
            epochs=epochs,
            seed=seed,
            figures=figures,
        )
    whole = tr(
        "Measured on the {n:,} training samples, without noise, at that epoch.",
        n=reached.measured.of,
    )
    return [*lines, how, sampled or whole]
