"""Suffixes of files that the program opens."""

RUN = ".aegui"
LESSON = ".aegui-lesson"
TEACHER = ".aegui-teacher"
STUDY = ".aegui-study"
