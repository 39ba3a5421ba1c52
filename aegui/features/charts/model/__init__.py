"""Curves of the training, and reconstructions beside them: what is computed, without widgets."""
