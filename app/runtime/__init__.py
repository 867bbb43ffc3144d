"""Runtimes: what loads a model and lets it write. Blocking; no threads, no Qt, no conversations."""
