"""What a classifier tells apart."""
