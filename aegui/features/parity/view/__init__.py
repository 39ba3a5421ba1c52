"""The page of published figures."""
