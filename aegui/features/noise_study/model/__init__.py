"""Noise studies: what is computed, without widgets."""
