"""New characters: paths, concepts, finds: what is painted, without torch."""
