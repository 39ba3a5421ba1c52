"""Export of networks as ONNX files, written without the ``onnx`` library.

``protobuf.py`` encodes messages, ``graph.py`` nodes and tensors, ``formulas.py`` translates
activations from their formulas, ``layers.py`` each kind of layer, ``model.py`` makes whole files.
"""
