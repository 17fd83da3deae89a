"""What outlives a run: the journal of deletions and what was seen of each row (SQLite)."""
