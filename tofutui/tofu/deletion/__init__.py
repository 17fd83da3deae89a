"""Plans of deletions, and what a listing proves about them."""
