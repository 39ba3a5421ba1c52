"""The library: all kept runs and studies, and an index to search them."""
