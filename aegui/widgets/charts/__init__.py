"""Charts of a training: loss, wrong pixels, share of characters, learning rate."""
