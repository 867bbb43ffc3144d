"""Tests of the NPU runtime, over a double of the library for every generation."""
