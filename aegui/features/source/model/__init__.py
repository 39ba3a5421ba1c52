"""Printing and checking of code, without widgets."""
