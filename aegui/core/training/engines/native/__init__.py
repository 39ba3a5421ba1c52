"""A machine for small networks: a C program that runs the list of operations of a step."""
