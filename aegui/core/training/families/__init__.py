"""Families of models: stepper and meter for an autoencoder, a classifier, and a GAN."""
