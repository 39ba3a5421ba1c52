"""Hostile input for every reader: a mutation fuzzer, its kept corpus, and the tests of both."""
