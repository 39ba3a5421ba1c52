"""The list of operations of a step as one CUDA kernel: one block of threads per network."""
