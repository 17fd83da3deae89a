"""Planning, confirming and watching deletions."""
