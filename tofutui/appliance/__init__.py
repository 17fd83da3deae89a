"""SSH to a node: logging in, its shell, and the few commands that are ever sent."""
