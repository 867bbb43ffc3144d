"""The engine: the façade in the window, the link, and the host process with its worker thread."""
