"""The pixel editor, its noise, and the set of characters."""
