"""Model and adapter files: what they are, where they come from, whether they fit this machine."""
