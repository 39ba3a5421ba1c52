"""Widgets of the selection and of other networks, without torch."""
