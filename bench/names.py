def entry_name(number: int) -> str:
    """Return what the entries of a large folder are called, on every server."""
    return f"Entry {number:06}.txt"
