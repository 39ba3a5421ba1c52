"""Noise studies: the computation, without widgets."""
