"""Races of optimisers from the same start, and the search for the smallest sufficient network."""
