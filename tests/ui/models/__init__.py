"""Tests of the window about models and of what it opens."""
