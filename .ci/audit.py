"""Says what pip-audit's JSON (on stdin) holds: how many packages were looked up, and each finding."""

import json
import sys

try:
    packages = json.load(sys.stdin)["dependencies"]
except (ValueError, KeyError):
    print("not checked: pip-audit gave no answer (no network?)")
    sys.exit(0)
checked = [package for package in packages if "skip_reason" not in package]
print(f"{len(checked)} packages looked up, {len(packages) - len(checked)} could not be")
for package in checked:
    for found in package["vulns"]:
        fixed = ", ".join(found["fix_versions"]) or "no version yet"
        print(f"WARNING: {package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
