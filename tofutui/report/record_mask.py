"""Addresses and names replaced consistently: the same one by the same stand-in, through a whole record."""

import ipaddress
import re
from collections.abc import Iterable

from tofutui.tofu.endpoint import split_key
from tofutui.tofu.guided import Run

_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f.]{0,15}(?![\w:])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_VALUE = re.compile(r"(?:^|[/,+]\s*)(?:CN|O|OU|emailAddress|serialNumber)\s*=\s*([^/,+]+)", re.IGNORECASE)
_COMMON = {"primary", "secondary", "ise", "tofutui", "yes", "no", "unknown", "manual", "admin"}


class Mask:
    """Stands in for what would name the site; called with a text, gives the text without names."""

    def __init__(self, run: Run, hostnames: Iterable[str] = ()) -> None:
        self._stand_ins: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        found = (name for name in _names(run, hostnames) if name and name.casefold() not in _COMMON)
        names = dict.fromkeys(name for name in found if not _is_address(name))
        for name in names:
            self._stand_in(name, "name")
        longest_first = sorted((re.escape(name) for name in names), key=len, reverse=True)
        pattern = "|".join(longest_first)
        self._known = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") if pattern else None

    def __call__(self, text: str) -> str:
        """The text with a stand-in for each address and name."""
        text = _EMAIL.sub(lambda match: self._stand_in(match.group(), "mail"), text)
        if self._known is not None:
            text = self._known.sub(lambda match: self._stand_in(match.group(), "name"), text)
        text = re.sub(r"(?<=[0-9a-fA-F])_(?=\d{1,5}\b)", "\0", text)  # the key's underscore is no letter
        text = _IPV4.sub(lambda match: self._address(match.group()), text)
        text = _IPV6.sub(lambda match: self._address(match.group()), text)
        return text.replace("\0", "_")

    def _address(self, text: str) -> str:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        return text if address.is_loopback else self._stand_in(str(address), "address")

    def _stand_in(self, text: str, kind: str) -> str:
        if text not in self._stand_ins:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._stand_ins[text] = f"{kind}-{self._counts[kind]}"
        return self._stand_ins[text]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _names(run: Run, hostnames: Iterable[str]) -> Iterable[str]:
    """Everything that names the site, each as it stands in the record's texts."""
    yield from (run.session, run.seen_from, run.title, *run.operators, *hostnames)
    for shot in (*run.before, *run.after):
        yield from (shot.hostname, shot.address)
        for row in shot.rows:
            endpoint = split_key(row.key)
            yield from (row.name, endpoint.host if endpoint else "")
            for subject in (row.stored, row.presented):
                yield from (value.strip() for value in _VALUE.findall(subject))
    yield run.answer("secondary_server")
    for confirmation in run.confirmations:
        yield from (confirmation.by, confirmation.text)
