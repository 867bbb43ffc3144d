"""What the program decides, with a real store and a real engine behind it, and no window."""
