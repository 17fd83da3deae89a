"""TOFU failures in log files."""
