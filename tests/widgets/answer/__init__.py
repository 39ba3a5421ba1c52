"""Tests of the answer panel."""
