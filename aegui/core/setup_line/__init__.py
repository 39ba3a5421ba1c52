"""A set-up as one line of text: written, read, and with a goal a challenge.

``lowercase 35-25-10-2 tanh | adam 0.01 | bce | 5000 epochs | noise flip 10% | seed 42``: segments
parted by bars. The first names the data, the layers from the input to the code and their
activation; the others follow the table of ``rows.py``. What is not said is as it is by default. A
line gives the very recipe that it was written of.
"""
