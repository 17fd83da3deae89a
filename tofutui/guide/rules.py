"""What the fields of the worksheet accept, and the message for a value that they do not."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tofutui.tofu.guide_run import Run
from tofutui.tofu.site.endpoint import as_address, is_loopback, normalise_host
from tofutui.tofu.site.session import Role, Session

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LINK_LOCAL = ipaddress.ip_network("fe80::/10")
AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a field's rules look at."""

    session: Session
    run: Run
    resolved: Mapping[str, tuple[str, ...]]
    """Addresses of the names that were looked up from here; an empty tuple: the name does not resolve."""

    def answer(self, field: str) -> str:
        """The value of another field."""
        return self.run.answer(field)

    def addresses(self, role: Role) -> list[Address]:
        """The addresses that the session knows of a node, without loopback addresses."""
        node = self.session.nodes.get(role)
        names = node.names if node else ()
        return [address for name in names if (address := as_address(name)) and not address.is_loopback]

    @property
    def own(self) -> list[Address]:
        """The addresses of both nodes."""
        return [*self.addresses(Role.PRIMARY), *self.addresses(Role.SECONDARY)]


Rule = Callable[[str, Sheet], str | None]
"""What is wrong with a value, in a sentence; None: nothing."""


def secondary_server(value: str, sheet: Sheet) -> str | None:
    """Address or name of the secondary."""
    address = as_address(value)
    wrong = _name_problem(value) if address is None else _unusable(address)
    if wrong:
        return wrong
    if address is None and sheet.answer("names_by") == "hosts":
        return "with /etc/hosts the address is needed, not the name"
    primary = sheet.session.nodes[Role.PRIMARY]
    others = {normalise_host(name) for name in primary.names if not is_loopback(name)}
    if normalise_host(value) in others:
        return "this is the primary itself"
    if normalise_host(value) in map(normalise_host, sheet.session.virtual_ip):
        return "this is the virtual IP, not the secondary's own address"
    return None


def _name_problem(value: str) -> str | None:
    name = value.rstrip(".")
    if "://" in value or "/" in value:
        return "an address or a name, not a URL"
    if re.search(r"\s|,", value):
        return "one server only, without blanks"
    if ":" in value:
        return "without a port"
    if re.fullmatch(r"[0-9.]+", name):
        return f"{value} is not an IPv4 address"
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return f"{value} is neither an address nor a host name"
    return "localhost is this server itself" if is_loopback(value) else None


def _unusable(address: Address) -> str | None:
    if address.is_loopback:
        return "a loopback address is the primary itself"
    if address.is_unspecified:
        return f"{address} is not the address of a server"
    if address.is_multicast or address == ipaddress.ip_address("255.255.255.255"):
        return f"{address} is a multicast or broadcast address"
    return f"{address} is link-local: it is valid on one link only" if address.is_link_local else None


def resolves(value: str, sheet: Sheet) -> str | None:
    """What a name resolves to from here."""
    if as_address(value) is not None or value not in sheet.resolved:
        return None
    addresses = sheet.resolved[value]
    if not addresses:
        return "does not resolve from here; if it does not resolve on the primary either, type the address"
    known = {str(address) for address in sheet.addresses(Role.SECONDARY)}
    if known and not known & set(addresses):
        return f"resolves from here to {', '.join(addresses)}, which is not the secondary of this session"
    return f"resolves from here to {', '.join(addresses)}"


def emails(value: str, _sheet: Sheet) -> str | None:
    """Addresses separated by commas."""
    seen = set()
    for part in value.split(","):
        email = part.strip()
        if not email:
            return "an address is missing between two commas, or at an end"
        wrong = _email_problem(email)
        if wrong:
            return wrong
        if email.casefold() in seen:
            return f"{email} appears twice"
        seen.add(email.casefold())
    return None


def _email_problem(email: str) -> str | None:
    local, at, domain = email.rpartition("@")
    if re.search(r"[\s;<>]", email):
        return f"{email!a}: addresses only, separated by commas"
    if not at or "@" in local:
        return f"{email} is not an email address: it needs exactly one @"
    if not _LOCAL_PART.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return f"{email}: the part before the @ is not valid"
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        return f"{email}: {domain or 'nothing'} is not a mail domain"
    return None


def failover_advice(value: str, _sheet: Sheet) -> str | None:
    """Why manual is recommended."""
    if value != AUTOMATIC:
        return None
    return (
        "manual is recommended. Automatic fails over within minutes of any failure that it detects, even a "
        "lost link, without asking; failing back is manual in both cases"
    )


def vip4(value: str, sheet: Sheet) -> str | None:
    """The virtual IPv4 address; the subnet is checked with the prefix length."""
    if "/" in value:
        return "without the prefix length, which is asked for next"
    address = as_address(value)
    if not isinstance(address, ipaddress.IPv4Address):
        return f"{value} is not an IPv4 address"
    if address.is_link_local or address.is_reserved:
        return f"{address} cannot be a virtual IP"
    return _unusable(address) or _node_own(address, sheet)


def vip6(value: str, sheet: Sheet) -> str | None:
    """The virtual IPv6 address."""
    if "/" in value:
        return "without the prefix length, which is asked for next"
    if "%" in value:
        return "without a zone (%...)"
    address = as_address(value)
    if not isinstance(address, ipaddress.IPv6Address):
        return f"{value} is not an IPv6 address"
    if address in _LINK_LOCAL:
        return f"{address} is in fe80::/10, which is link-local and reserved"
    if address.ipv4_mapped is not None:
        return f"{address} is an IPv4 address in IPv6 form"
    return _unusable(address) or _node_own(address, sheet)


def _node_own(address: Address, sheet: Sheet) -> str | None:
    for role in sheet.session.roles:
        if address in sheet.addresses(role):
            return f"{address} is the {role.value}'s own address"
    return None


def _prefix(value: str, sheet: Sheet, vip_field: str, longest: int) -> str | None:
    digits = value.removeprefix("/")
    if not digits.isascii() or not digits.isdecimal() or not 1 <= int(digits) <= longest:
        return f"{value} is not a prefix length from 1 to {longest}"
    vip = as_address(sheet.answer(vip_field))
    if vip is None:
        return None
    network = ipaddress.ip_network(f"{vip}/{int(digits)}", strict=False)
    if vip == network.network_address:
        return f"{vip} is the network address of {network}"
    if vip.version == 4 and vip == network.broadcast_address:
        return f"{vip} is the broadcast address of {network}"
    for role in sheet.session.roles:
        same_kind = [own for own in sheet.addresses(role) if own.version == vip.version]
        if same_kind and not any(own in network for own in same_kind):
            return (
                f"the {role.value} ({same_kind[0]}) is not in {network}: both have to be in the same subnet"
            )
    return None


def prefix4(value: str, sheet: Sheet) -> str | None:
    """The IPv4 prefix length, and with it the subnet of the virtual address."""
    return _prefix(value, sheet, "vip4", 30)


def prefix6(value: str, sheet: Sheet) -> str | None:
    """The IPv6 prefix length, and with it the subnet of the virtual address."""
    return _prefix(value, sheet, "vip6", 126)


def unchecked(version: int) -> Rule:
    """Says where a subnet could not be compared."""

    def advice(_value: str, sheet: Sheet) -> str | None:
        unknown = [
            role.value
            for role in sheet.session.roles
            if not any(own.version == version for own in sheet.addresses(role))
        ]
        if not unknown:
            return None
        whose = " and the ".join(unknown)
        return f"no IPv{version} address of the {whose} is known: the subnet was not compared"

    return advice
