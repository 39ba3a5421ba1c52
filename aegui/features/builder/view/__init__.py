"""The network and its training as cards: what is painted, without torch."""
