"""The network, loss and loop of a recipe as code that runs alone, and the proof that it is right.

``torch_code.py`` and ``numpy_code.py`` print it, ``notebook.py`` cuts it into cells, ``check.py``
runs it beside the program's own training from the same first weights.
"""
