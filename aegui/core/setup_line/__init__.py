"""A recipe as one line of text: writing, parsing, and challenges, which add a goal to the line.

``lowercase 35-25-10-2 tanh | adam 0.01 | bce | 5000 epochs | noise flip 10% | seed 42``: segments
separated by bars. The first names the data, the layers from the input to the code and their
activation; the others follow the table of ``rows.py``. Omitted settings have their defaults.
Parsing a written line gives exactly the recipe that it was written from.
"""
