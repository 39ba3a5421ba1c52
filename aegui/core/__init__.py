"""The science: data, networks, training, evaluation and files, without any window."""
