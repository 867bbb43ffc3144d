"""The engine: the link, the host and its worker, in a child process and on a thread."""
