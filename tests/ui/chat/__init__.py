"""Tests of the conversation as the user reads it."""
