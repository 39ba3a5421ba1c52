"""Charts of a training run: loss, wrong pixels, share of characters, learning rate."""
