"""The user's files: sessions.toml, themes, and where things lie."""
