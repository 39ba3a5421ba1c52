"""What the code of a network does, dimension by dimension."""
