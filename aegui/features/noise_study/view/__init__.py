"""Noise studies: what is painted, without torch."""
