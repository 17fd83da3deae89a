"""What the screens are made of: all drawn line by line, so that only what changed is painted."""
