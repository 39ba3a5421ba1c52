"""Maps of the samples, made in the background."""
