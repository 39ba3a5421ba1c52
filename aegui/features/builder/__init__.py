"""The network and its training as cards."""
