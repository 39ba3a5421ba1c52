"""Data, networks, training, evaluation and files, independent of any window."""
