"""A desktop laboratory for autoencoders."""

import os
import sys
import types

__version__ = "0.1.0"

# OpenBLAS threads cost more than they bring beside a training: they go on spinning after each
# product, and where a core is short a product of a millisecond waits half a second for its other
# thread. Read when numpy is loaded; torch has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Qt paints large images with a thread pool. With few cores one of these threads is busy training or
# decoding, and the window would wait longer for its part of the image than painting all of it
# takes. Read when the first image is painted.
if (os.cpu_count() or 1) < 4:
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

# pydantic would search all packages of the environment for plugins. Even where they are disabled,
# its module that searches imports importlib.metadata and with it the email package, which takes a
# thirtieth of the start: one that finds none stands in its place.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
_no_plugins = types.ModuleType("pydantic.plugin._loader")
vars(_no_plugins)["get_plugins"] = tuple
sys.modules.setdefault(_no_plugins.__name__, _no_plugins)
