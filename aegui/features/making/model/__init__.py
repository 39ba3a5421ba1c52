"""New characters: paths, concepts, finds: what is computed, without widgets."""
