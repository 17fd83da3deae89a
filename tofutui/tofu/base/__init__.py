"""Text, errors, time stamps and secrets: what everything else is written with."""
