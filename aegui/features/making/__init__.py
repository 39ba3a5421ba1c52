"""New characters: paths, concepts, finds."""
