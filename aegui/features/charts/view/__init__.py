"""Curves of the training, and reconstructions beside them: what is painted, without torch."""
