"""Widgets of teacher mode: the bar, and the dialog that creates a file."""
