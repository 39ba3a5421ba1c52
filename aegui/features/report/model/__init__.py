"""A hand-in: how it is written, without widgets."""
