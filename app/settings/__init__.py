"""What the user may change: one typed declaration, and the file it is kept in."""
