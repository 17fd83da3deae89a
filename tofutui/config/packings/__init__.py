"""Compressed files and archives, read as streams: nothing is written to disk, no link is followed."""
