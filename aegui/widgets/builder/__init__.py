"""The builder: the network as a diagram that is its editor, and the settings of a training."""
