"""What all screens are built from."""
