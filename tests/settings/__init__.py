"""The declaration of the settings, their text form and their file."""
