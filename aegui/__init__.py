"""A desktop laboratory for autoencoders."""

import os

__version__ = "0.1.0"

# numpy's threads for matrix products cost more than they bring beside a training: they go on
# spinning after each product, and where a core is short a product of a millisecond waits half a
# second for its other thread. Read when numpy is loaded; torch has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
