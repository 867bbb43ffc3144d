"""The rules of a conversation."""
