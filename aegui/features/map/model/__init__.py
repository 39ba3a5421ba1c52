"""Computations of the latent map, without widgets."""
