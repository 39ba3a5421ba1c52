"""What a classifier tells apart: what is painted, without torch."""
