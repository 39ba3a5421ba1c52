"""The main window: docks, menus, actions, and their connections."""
