"""Curves of the training, and reconstructions beside them."""
