"""Certificates exported from a node's store, and the rows they belong to."""
