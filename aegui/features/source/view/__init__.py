"""Widgets of the source code panel."""
