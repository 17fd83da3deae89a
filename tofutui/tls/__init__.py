"""The certificate that a host:port presents now, read without trusting it."""
