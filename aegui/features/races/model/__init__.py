"""The work of races, without widgets."""
