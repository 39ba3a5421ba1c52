"""What figures over several seeds allow to be said: tests, intervals, and the verdict in words."""
