"""Widgets for epochs, films, forks and the displayed run, without torch."""
