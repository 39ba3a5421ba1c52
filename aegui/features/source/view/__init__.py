"""Code: how it is read."""
