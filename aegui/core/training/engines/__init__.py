"""Step engines: generated programs, joint training, autograd; ``choice.py`` selects one."""
