"""Races: optimisers from the same start, and the smallest network that still does the task."""
