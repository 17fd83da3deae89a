"""Simulated sites that are only tests': scenario files written where a test wants them."""

from pathlib import Path

_NODE = """
[{role}]
hostname = "{hostname}"
address = "{address}"
rows = {rows}
{more}
"""
_ENDPOINT = """
[[endpoints]]
at = "{at}"
name = "{name}"
kind = "{kind}"
expected = {expected}
presented = {{ subject = "O=Example, CN={presented}", age = "20d" }}
stored = {{ subject = "O=Example, CN={stored}", age = "400d" }}
"""


def write_ipv6_site(folder: Path, *, bracket_keys: bool = False) -> Path:
    """Everything listens on ::1 and is in the tables by IPv6 address; ISE and secondary are renamed."""
    more = f"bracket_keys = {str(bracket_keys).lower()}"
    primary, secondary, ise = "[2001:db8::10]:8082", "[2001:db8::11]:8082", "[2001:db8::20]:443"
    parts = [
        'title = "Simulated: IPv6 only"\nlisten = "::1"\n',
        _NODE.format(
            role="primary",
            hostname="prime-pri",
            address="2001:db8::10",
            rows=[primary, ise, secondary],
            more=more,
        ),
        _NODE.format(
            role="secondary",
            hostname="prime-sec",
            address="2001:db8::11",
            rows=[secondary, "[::1]:8082", primary],
            more=more,
        ),
    ]
    for at, name, kind, presented in (
        (primary, "prime-pri", "node", "prime-pri"),
        (secondary, "prime-sec", "node", "sec-2"),
        (ise, "ise", "ise", "ise-2"),
    ):
        expected = str(kind == "ise").lower()
        parts.append(
            _ENDPOINT.format(at=at, name=name, kind=kind, expected=expected, presented=presented, stored=name)
        )
    return _write(folder / "ipv6.toml", "".join(parts))


def write_changed(folder: Path, scenario: str, *changes: tuple[str, str]) -> Path:
    """A packaged scenario with some of its text replaced, once each."""
    import tofutui.lab

    text = (Path(tofutui.lab.__file__).parent / "scenarios" / f"{scenario}.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return _write(folder / f"{scenario}-changed.toml", text)


def _write(path: Path, text: str) -> Path:
    path.write_text(text.replace("'", '"'))
    return path
