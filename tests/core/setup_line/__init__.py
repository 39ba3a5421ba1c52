"""Tests of ``aegui.core.setup_line``."""
