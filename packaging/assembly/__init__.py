"""Assembles the packages: parts in, one tree for each machine, an AppImage and a .deb out."""
