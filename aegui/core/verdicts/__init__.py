"""Statistics of figures over several seeds: tests, intervals, and the verdict in words."""
