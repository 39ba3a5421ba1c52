"""Settings keys of the hints that a new user has already followed."""


def hint_key(key: str) -> str:
    """Return the settings key that records that the hint ``key`` has been followed."""
    return f"hints.{key}"
