"""Tests of the widgets, on the offscreen platform."""
