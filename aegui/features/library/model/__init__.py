"""Queries and changes of the library in worker threads, without widgets."""
