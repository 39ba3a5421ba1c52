"""The latent map: what is computed, without widgets."""
