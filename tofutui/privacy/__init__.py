"""The privacy mask: stand-ins for names, addresses and fingerprints."""
