"""A simulated pair: admin CLIs over SSH and TLS endpoints on loopback, for the demo and the tests.

It shares no code with the client side, so that the client is never tested against its own parsing.
"""
