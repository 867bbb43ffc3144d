"""The settings panel, over presenters that remember what was asked."""
