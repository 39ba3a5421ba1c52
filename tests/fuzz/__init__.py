"""Hostile input for every reader: a mutation fuzzer, its corpus, and the tests of both."""
