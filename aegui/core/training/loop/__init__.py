"""The loop around the steps: what begins, watches, changes live and ends a training."""
