"""The SSH connection to a node: target, algorithms, host key, login."""
