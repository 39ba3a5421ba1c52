"""What somebody who is new has tried already: the settings keep it."""


def hint_key(key: str) -> str:
    """Where the settings keep that a hint has been followed."""
    return f"hints.{key}"
