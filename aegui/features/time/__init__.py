"""Epochs kept, films, forks and the run that is shown."""
