"""What the admin CLI prints: listings, status, transcripts."""
