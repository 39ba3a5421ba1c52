"""A run in one file: recipe, data, weights, history, and the state to continue from."""
