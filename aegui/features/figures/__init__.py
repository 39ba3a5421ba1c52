"""Pictures to take out of the window."""
