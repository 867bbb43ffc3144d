"""Tests of the board check, on the trees of several machines."""
