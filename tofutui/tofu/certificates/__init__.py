"""Certificates, their fields, and what an endpoint presented."""
