"""Widgets of the noise studies, without torch."""
