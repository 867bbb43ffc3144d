"""Decisions, one presenter per panel, on the window's thread. Qt Core only; widgets do not decide."""
