"""Choosing, editing and trying sessions."""
