"""What this machine is, and whether models run on its NPU: facts of the system, read only."""
