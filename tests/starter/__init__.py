"""The starter model: its words are those of the interface, and the shipped file answers with them."""
