"""The latent map: what is painted, without torch."""
