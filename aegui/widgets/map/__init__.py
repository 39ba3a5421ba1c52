"""The latent map: where every sample's code lies, and what the network decodes in between."""
