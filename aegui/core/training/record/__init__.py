"""What a training leaves and is gone on from: history, weights of its epochs, stages, results."""
