"""What networks make of the drawing, how good that is, and why."""
