"""Widgets for paths, concepts and new images, without torch."""
