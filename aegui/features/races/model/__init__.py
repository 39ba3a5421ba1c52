"""Background work of the races, without widgets."""
