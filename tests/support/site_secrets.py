"""What names a site, found in the unmasked JSON report, and whether it appears in a text."""

import json
import re


def secrets_of(real: str) -> set[str]:
    """Whatever the unmasked report says that names the site."""
    document = json.loads(real)
    secrets = {document["session"], document["seen_from"]}
    for node in document["nodes"].values():
        secrets |= {node["host"], node["shown_address"], node["hostname"]}
        for entry in node["entries"]:
            secrets |= {entry["host"], entry["name"], entry["key"]}
            for subject in (entry["stored"]["subject"], entry["presented"].get("subject")):
                secrets |= {value for kind, value in subject or () if kind != "C"}
            for digits in ("sha256", "sha1"):
                secrets.add(entry["presented"].get(digits, "")[8:])
            secrets.add(entry["presented"].get("serial"))
    loopback = ("127.", "localhost", "::1")
    return {secret for secret in secrets if secret and len(secret) > 3 and not secret.startswith(loopback)}


def leaks(text: str, secrets: set[str]) -> list[str]:
    joined = re.sub(r"[^0-9a-z]", "", text.lower())
    long = {secret for secret in secrets if re.fullmatch("[0-9a-f]{24,}", secret)}
    return [secret for secret in secrets if secret.lower() in text.lower()] + [
        secret for secret in long if secret in joined
    ]
