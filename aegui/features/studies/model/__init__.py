"""Runs and pictures of studies, without widgets."""
