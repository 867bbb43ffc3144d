"""Conversations as immutable values, and the rules that hold between them. No Qt, no disk."""
