"""One training step: network, objective, gradient and update, as a generated program."""
