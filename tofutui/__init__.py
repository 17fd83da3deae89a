"""Find and clear stale trust-on-first-use certificates on a Cisco Prime Infrastructure pair."""

__version__ = "0.1.0"
