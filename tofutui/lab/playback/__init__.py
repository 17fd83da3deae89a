"""Plays a capture on loopback: its nodes over SSH, its endpoints over TLS. It judges nothing of it.

`shells` cuts what a node printed into answers to commands and plays them, `sshd` serves that; `endpoints`
answer as they did, with certificates made by `certificates`; `site` starts all of it and writes the sessions
file.
"""
