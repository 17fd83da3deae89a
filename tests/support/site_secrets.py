"""What names a site, found in the unmasked JSON report, and whether it stands in a text."""

import json
import re


def secrets_of(real: str) -> set[str]:
    """Whatever the unmasked report says that names the site."""
    document = json.loads(real)
    found = {document["session"], document["seen_from"]}
    for node in document["nodes"].values():
        found |= {node["host"], node["shown_address"], node["hostname"]}
        for entry in node["entries"]:
            found |= {entry["host"], entry["name"], entry["key"]}
            for subject in (entry["stored"]["subject"], entry["presented"].get("subject")):
                found |= {value for kind, value in subject or () if kind != "C"}
            for digits in ("sha256", "sha1"):
                found.add(entry["presented"].get(digits, "")[8:])
            found.add(entry["presented"].get("serial"))
    loopback = ("127.", "localhost", "::1")
    return {one for one in found if one and len(one) > 3 and not one.startswith(loopback)}


def leaks(text: str, secrets: set[str]) -> list[str]:
    joined = re.sub(r"[^0-9a-z]", "", text.lower())
    long = {one for one in secrets if re.fullmatch("[0-9a-f]{24,}", one)}
    return [one for one in secrets if one.lower() in text.lower()] + [one for one in long if one in joined]
