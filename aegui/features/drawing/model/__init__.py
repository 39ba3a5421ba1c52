"""The pixel editor, its noise, and the set of characters: what is computed, without widgets."""
