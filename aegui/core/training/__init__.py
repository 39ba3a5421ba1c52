"""Training: step engines, schedules, history, checkpoints."""
