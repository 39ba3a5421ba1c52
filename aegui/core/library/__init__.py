"""The library: every run and study that is kept, and an index that finds them."""
