"""A desktop laboratory for autoencoders."""

import os

__version__ = "0.1.0"

# numpy's threads for matrix products go on spinning for some 25 ms after each of them. Beside a
# training that is a core lost for nothing, so they sleep at once; read when numpy is loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
