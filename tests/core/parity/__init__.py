"""Tests of ``aegui.core.parity``."""
