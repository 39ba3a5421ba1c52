"""The record of a training: history, weights of past epochs, stages, results and checkpoints."""
