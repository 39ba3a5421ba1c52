"""A hand-in: how it is asked for."""
