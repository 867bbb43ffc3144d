"""Text that can be stored and sent: what people paste is not always Unicode."""


def well_formed(text: str) -> str:
    """Return `text` without lone surrogates, which UTF-8 cannot hold, and without NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
