"""Tests of the catalogue of model files."""
