"""The training loop around the steps: start, monitoring, live changes and end of a training."""
