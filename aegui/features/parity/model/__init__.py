"""What the library says of published figures."""
