"""Widgets: they lay out and forward. What happens is decided in the presenters."""
