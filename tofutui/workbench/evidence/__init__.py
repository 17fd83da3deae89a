"""What is known about each row besides the listing, and how it is judged."""
