"""The families of models: what steps and what measures, for an autoencoder, a classifier, a GAN."""
