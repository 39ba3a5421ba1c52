"""Lessons: steps beside the window, each with a prediction, something to do, and a check."""
