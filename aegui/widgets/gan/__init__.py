"""New images of a generator, and the levers of its training."""
