"""The code of a sample, number by number: what is computed, without widgets."""
