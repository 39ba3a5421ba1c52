"""Widgets and painting of the latent map, without torch."""
