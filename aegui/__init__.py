"""A desktop laboratory for autoencoders."""

import os

__version__ = "0.1.0"

# numpy's threads for matrix products cost more than they bring beside a training: they go on
# spinning after each product, and where a core is short a product of a millisecond waits half a
# second for its other thread. Read when numpy is loaded; torch has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Qt shares out large pictures among threads of its own. Where cores are few one of them trains or
# decodes, and the window would wait longer for the other part of a picture than it takes to paint
# both. Read when the first is painted.
if (os.cpu_count() or 1) < 4:
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

# pydantic would look through all packages of the environment for plugins of its own.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
