"""The simulated node: SSH server, admin CLI, HA state machine, logs."""
