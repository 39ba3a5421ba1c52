"""Work in the background: one at a time, the newest first, with progress; time and garbage."""
