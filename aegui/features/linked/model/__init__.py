"""The selection, and other networks beside the one shown: what is computed, without widgets."""
