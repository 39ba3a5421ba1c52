"""Epochs kept, films, forks and the run that is shown: what is painted, without torch."""
