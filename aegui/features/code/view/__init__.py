"""The code of a sample, number by number: what is painted, without torch."""
