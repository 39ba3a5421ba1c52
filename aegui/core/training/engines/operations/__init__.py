"""The native engine for small networks: a C interpreter for a step's list of operations."""
