"""Widgets for the networks' answers to a drawing, without torch."""
