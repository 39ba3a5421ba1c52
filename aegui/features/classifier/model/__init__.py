"""What a classifier tells apart: what is computed, without widgets."""
