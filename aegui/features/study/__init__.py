"""Noise studies."""
