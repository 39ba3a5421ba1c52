"""The lessons panel: the list of lessons, or a step of one."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from aegui.features.lessons.view.lesson_list import LessonList
from aegui.features.lessons.view.step_page import StepPage


class LessonsPanel(QStackedWidget):
    """Two pages, list and step; passive."""

    def __init__(self) -> None:
        super().__init__()
        self.list = LessonList()
        self.page = StepPage()
        self.addWidget(self.list)
        self.addWidget(self.page)

    def show_list(self) -> None:
        """Show all lessons."""
        self.setCurrentWidget(self.list)

    def show_page(self) -> None:
        """Show the step."""
        self.setCurrentWidget(self.page)
