"""Drives the real program on a virtual screen by mouse and keyboard, and takes pictures of it.

`python -m tests.screenshots [FOLDER]` writes PNGs into FOLDER (`build/screenshots` by default).
"""
