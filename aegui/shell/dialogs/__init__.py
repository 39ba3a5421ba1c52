"""Questions that more than one feature asks."""
