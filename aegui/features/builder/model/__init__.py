"""The network and its training as cards: what is computed, without widgets."""
