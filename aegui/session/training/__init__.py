"""The training thread, its timeline, and what is measured beside it."""
