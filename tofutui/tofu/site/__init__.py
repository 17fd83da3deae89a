"""Sessions, roles, endpoints, and whose row an endpoint is."""
