"""Services of the latent map: codes of the samples, decoding, and comparison of networks."""
