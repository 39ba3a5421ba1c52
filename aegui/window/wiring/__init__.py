"""Each joins a part of the window with the session, and does nothing else."""
