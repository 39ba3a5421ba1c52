"""Writing of hand-ins, without widgets."""
