"""Stand-alone source code for the network, loss and training loop of a recipe, and its check.

``torch_code.py`` and ``numpy_code.py`` generate the code, ``notebook.py`` splits it into cells, and
``check.py`` runs it against the program's own training from the same initial weights.
"""
