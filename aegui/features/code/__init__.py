"""The code of a sample, number by number."""
