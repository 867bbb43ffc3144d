"""What ends a build: its text is for whoever typed the command."""


class BuildFailed(Exception):
    """The packages cannot be made; the text says why and what to do."""
