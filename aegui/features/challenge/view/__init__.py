"""What is seen of challenges."""
