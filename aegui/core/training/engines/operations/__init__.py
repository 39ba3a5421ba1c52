"""The list of operations of a step, and its random numbers, for the machines that run it."""
