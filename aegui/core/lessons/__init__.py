"""Lessons: steps shown beside the window, each with a prediction, an action, and a check."""
