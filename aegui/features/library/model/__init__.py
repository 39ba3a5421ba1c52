"""What was kept: asked for and changed in threads, without widgets."""
