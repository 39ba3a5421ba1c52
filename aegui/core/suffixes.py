"""Suffixes of files that the program opens and that are no documents."""

LESSON = ".aegui-lesson"
TEACHER = ".aegui-teacher"
