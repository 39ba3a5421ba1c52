"""What is seen of a journey."""
