"""Host and port: as a table's key, as ``host:port``, as something that can be probed."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tofutui.tofu.base.errors import TofutuiError

if TYPE_CHECKING:
    import ipaddress

DELETE_COMMAND = "ncs certvalidation tofu-certs deletecert host "
"""A row's key follows; where such a command is made, it is made once and kept."""

_KEY = re.compile(r"(?P<host>.+)_(?P<port>[0-9]{1,5})")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9\[:][A-Za-z0-9._:%\[\]-]{0,253}_[0-9]{1,5}")
_QUAD = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})")
_LONG_PORT = re.compile(r"(?P<host>.+)_(?P<port>[0-9]{6,18})")
_NUMBER = r"(?:0x[0-9a-f]{0,40}|[0-9]{1,40})"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}\.?", re.IGNORECASE)
"""What the C library takes for an IPv4 address in one of its old forms (inet_aton)."""
_MASKS = set("abcdefghijklmnopqrstuvwxyz*#?")
_BRACKETED = re.compile(r"\[(?P<host>[^\]]+)\](?::(?P<port>[0-9]{1,5}))?")


class EndpointError(TofutuiError):
    """A text that should have been ``host:port`` and is not."""


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """A host (name or address, no brackets, normalised) and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address and not a name."""
        return as_address(self.host) is not None

    @property
    def key(self) -> str:
        """The key that a node would list for it: ``<address>_<port>`` (docs/appliance.md, The TOFU table)."""
        return f"{self.host}_{self.port}"


def as_address(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    """The IP address that ``host`` spells, if it spells one (brackets allowed)."""
    import ipaddress

    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def normalise_host(host: str) -> str:
    """One spelling for a host: no brackets, addresses compressed, names in lower case without final dot."""
    address = as_address(host)
    if address is None:
        return host.strip("[]").lower().rstrip(".")
    mapped = getattr(address, "ipv4_mapped", None)
    text = str(mapped or address)
    return host if text == host else text  # one text less for each of thousands of rows


def split_key(key: str) -> Endpoint | None:
    """The endpoint of a table's key, split at the last underscore before digits; None if it is another text.

    A host name may hold underscores itself (docs/appliance.md, The TOFU table). Leading zeros in a dotted
    quad are decimal, as a node prints them; a number in any other form is not an address that can be asked,
    since programs read it differently (octal, hexadecimal, fewer parts).
    """
    match = _KEY.fullmatch(key)
    if match is None or not 0 < int(match["port"]) < 65536:
        return None
    host = _without_zeros(match["host"])
    if _NUMBERS.fullmatch(host) and as_address(host) is None:
        return None
    return Endpoint(normalise_host(host), int(match["port"]))


def why_no_endpoint(key: str) -> str:
    """Why a key names nothing that could be asked, in a sentence."""
    match = _KEY.fullmatch(key) or _LONG_PORT.fullmatch(key)
    if match and not 0 < int(match["port"]) < 65536:
        return f"the port {match['port']} is not between 1 and 65535, so it cannot be probed"
    if match and _NUMBERS.fullmatch(_without_zeros(match["host"])):
        return f"{match['host']} is not an address that all programs read the same way, so it is not probed"
    return "the line names no host and port that can be probed"


def _without_zeros(host: str) -> str:
    """A dotted quad without leading zeros; any other host as it is."""
    quad = _QUAD.fullmatch(host)
    return ".".join(str(int(part)) for part in quad.groups()) if quad else host


def place_of(key: str) -> str:
    """One text for all keys of one host and port, however they spell it; the key itself if it names none.

    Other spellings of an address, leading zeros in a dotted quad (decimal, as a node prints them) or a port,
    case and a final dot do not count.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        return key
    plain = _without_zeros(match["host"].strip("[]").rstrip("."))
    return f"{normalise_host(plain)}_{int(match['port'])}"


def is_delete_command(command: str) -> bool:
    """Whether this is the command that deletes one row, with a plain key and nothing else."""
    return command.startswith(DELETE_COMMAND) and is_plain_key(command.removeprefix(DELETE_COMMAND))


def is_plain_key(key: str) -> bool:
    """Whether a command may be built from this key; anything else is never sent."""
    return _PLAIN_KEY.fullmatch(key) is not None


def parse_endpoint(text: str, default_port: int | None = None) -> Endpoint:
    """``host:port``, ``[v6]:port`` or, with a default port, a host alone.

    Raises:
        EndpointError: the text is none of these, or the port must be between 1 and 65535.
    """
    host, port = _split(text.strip())
    number = int(port) if port else default_port
    if not host or number is None:
        raise EndpointError(f"{safe_repr(text)} is not HOST:PORT", "IPv6 as [2001:db8::7]:443")
    if not 0 < number < 65536:
        raise EndpointError(f"{safe_repr(text)}: the port must be between 1 and 65535")
    return Endpoint(normalise_host(host), number)


def safe_repr(text: str) -> str:
    """A text of the user's, quoted for a message, cut at 80 characters."""
    shown = ascii(text)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _split(text: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return bracketed["host"], bracketed["port"]
    if text.count(":") > 1:  # a bare IPv6 address
        return (text, None) if as_address(text) else ("", None)
    host, colon, port = text.partition(":")
    if any(c.isspace() for c in host) or "[" in host or "]" in host:
        return "", None
    if colon and not (port.isdecimal() and len(port) <= 5):
        return "", None
    return host, port or None


@lru_cache(maxsize=16_384)
def is_loopback(host: str) -> bool:
    """Whether the host means "this machine" to whoever reads it (127.0.0.0/8, ::1, localhost)."""
    address = as_address(host)
    return address.is_loopback if address else normalise_host(host) in {"localhost", "localhost.localdomain"}


def is_masked(host: str) -> bool:
    """Whether the host is an address with digits blacked out, as in the TAC document (``1X.XX.XX.XX``).

    Four labels, each of up to three digits or one repeated mask letter, at least one letter.
    """
    labels = host.split(".")
    if len(labels) != 4 or host.replace(".", "").isdecimal():
        return False
    letters = {c.lower() for label in labels for c in label if not c.isdigit()}
    return len(letters) == 1 and letters <= _MASKS and all(0 < len(label) <= 3 for label in labels)
