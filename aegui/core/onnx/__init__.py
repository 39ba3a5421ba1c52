"""Export of networks as ONNX files, written without the ``onnx`` library.

``graph.py`` encodes nodes and tensors, ``model.py`` translates activations from their formulas and
each kind of layer, and makes whole files.
"""
