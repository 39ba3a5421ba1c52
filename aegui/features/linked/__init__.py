"""The selection, and other networks beside the one shown."""
