"""What Cairn does, as sentences that can fail."""
