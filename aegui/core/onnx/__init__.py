"""Networks as ONNX files, written without the library of that name.

``protobuf.py`` has the bytes, ``graph.py`` nodes and tensors, ``formulas.py`` activations from
their formulas, ``layers.py`` what each kind of layer becomes, ``model.py`` whole files.
"""
