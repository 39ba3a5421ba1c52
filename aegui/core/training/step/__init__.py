"""One step of a training: network, objective, their gradient and the update, as a program."""
