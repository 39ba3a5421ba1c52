"""Widgets of the library: table, details of an entry, and comparison of two; without torch."""
