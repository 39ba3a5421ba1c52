"""Docks, menus, actions and wiring."""
