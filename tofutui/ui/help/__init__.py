"""Help, the command palette, the theme preview."""
