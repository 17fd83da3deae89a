"""DER and the names of object identifiers."""
