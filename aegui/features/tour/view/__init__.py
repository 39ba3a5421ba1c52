"""Widgets of the tour: a card, and an outline around its target."""
