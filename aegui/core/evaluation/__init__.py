"""Measures of how good a network is."""
