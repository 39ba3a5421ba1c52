"""What the gallery shows, without widgets."""
