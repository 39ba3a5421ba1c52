"""Epochs kept, films, forks and the run that is shown: what is computed, without widgets."""
