"""Encoding, decoding and everything done on the latent plane."""
