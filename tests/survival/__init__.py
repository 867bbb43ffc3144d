"""What the NPU library can do wrong, and when: the window survives all of it.

`python -m tests.survival` prints the table: fault, phase, what the user saw, time to recover.
"""
