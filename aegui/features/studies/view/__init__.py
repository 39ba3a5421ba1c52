"""Widgets of studies: form and results, without torch."""
