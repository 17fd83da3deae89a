"""Causes of broken connections other than TOFU, as logs report them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tofutui.tofu.logs.sifting import lowered, skeleton

_LINE = 500
_BEFORE = 250
"""Of a line's kept characters, those before the words themselves."""


@dataclass(frozen=True, slots=True)
class OtherCause:
    """Something else that breaks connections."""

    text: str
    """Starts with ``not TOFU:``."""
    line: str
    """The first line that says so, cut at 500 characters."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause and the words that report it."""

    text: str
    phrases: tuple[bytes, ...]
    """Skeletons, one of which is in every text that says so."""
    pattern: re.Pattern[str]
    ends: tuple[str, ...] = ()
    """The lower-case ends of what the pattern fits, where its phrases are everyday words."""

    def find(self, text: str) -> re.Match[str] | None:
        """The first place that says so."""
        if not self.ends:
            return self.pattern.search(text)
        low = lowered(text)
        matches = (self._ending(text, low, end) for end in self.ends)
        return min((match for match in matches if match), key=re.Match.start, default=None)

    def _ending(self, text: str, low: str, end: str) -> re.Match[str] | None:
        at = low.find(end)
        while at >= 0:
            match = self.pattern.search(text, max(0, at - 100), at + len(end))
            if match:
                return match
            at = low.find(end, at + 1)
        return None


def _cause(text: str, phrases: str, pattern: str, *ends: str) -> Cause:
    bones = dict.fromkeys(skeleton(phrase.encode()) for phrase in phrases.split())
    return Cause(f"not TOFU: {text}", tuple(bones), re.compile(pattern, re.IGNORECASE | re.ASCII), ends)


_CAUSES = (
    _cause(
        "the authentication keys of the two servers differ (ncs ha authkey on both)",
        "authenticationkeydoesnotmatch",
        r"authentication\s+key\s+does\s+not\s+match",
    ),
    _cause(
        "the two servers run different versions or patches",
        "mismatch notmatch notthesame",
        r"\b(?:version|patch|build)(?:es|s)?\b[^\n]{0,60}(?:\bmismatch|\bdo(?:es)? not match|\bnot the same)",
        *("mismatch", "not match", "not the same"),
    ),
    _cause(
        "a certificate has expired",
        "certificateexpired certificatehasexpired certificateisexpired",
        r"CertificateExpired|certificate (?:has |is )?expired",
    ),
    _cause(
        "a certificate is not valid yet; compare the clocks",
        "certificatenotyetvalid certificateisnotyetvalid",
        r"CertificateNotYetValid|certificate is not yet valid",
    ),
    _cause(
        "the issuer is not in the trust store (PKIX path building)",
        "pkixpath certpathbuilderexception unabletofindvalidcertificationpath",
        r"PKIX\s+path\s+(?:building|validation)\s+failed|CertPathBuilderException"
        r"|unable to find valid certification path",
    ),
    _cause(
        "a port is closed or the service behind it is down (connection refused)",
        "connectionrefused connectionwasrefused connectexception",
        r"connection\s+(?:was\s+)?refused|\bConnectException",
    ),
    _cause(
        "no route to the host",
        "noroutetohost",
        r"no\s+route\s+to\s+host|NoRouteToHostException",
    ),
    _cause("a host name is not known (DNS)", "unknownhostexception", r"UnknownHostException"),
    _cause(
        "the other side did not answer in time",
        "sockettimeoutexception connecttimedout connectiontimedout",
        r"SocketTimeoutException|connect(?:ion)? timed out",
    ),
)


class CauseFinder:
    """Looks for each cause until it is found once."""

    def __init__(self) -> None:
        self._found: dict[str, OtherCause] = {}
        self._phrases = _Phrases(_CAUSES)

    @property
    def causes(self) -> tuple[OtherCause, ...]:
        """What was found, in a fixed order."""
        return tuple(self._found[cause.text] for cause in _CAUSES if cause.text in self._found)

    @property
    def open(self) -> list[Cause]:
        """The causes that were not found yet."""
        return [cause for cause in _CAUSES if cause.text not in self._found]

    def hinted(self, bones: bytes) -> list[Cause]:
        """The causes, of those not found yet, that a text of this skeleton may report."""
        present = self._phrases.present(bones)
        return [cause for cause in self.open if not present.isdisjoint(cause.phrases)] if present else []

    def search(self, text: str, causes: Iterable[Cause], *, is_end: bool) -> None:
        """Looks for causes in a piece of a log, which begins with the end of the one before.

        A line that is not whole yet is left to the next piece.
        """
        for cause in causes:
            match = cause.find(text)
            line = _line_of(text, match, is_end) if match else None
            if line is not None:
                self._found[cause.text] = OtherCause(cause.text, line)
                self._phrases = _Phrases(self.open)


class _Phrases:
    """The skeletons of several causes, looked for together.

    Those with the rare letter x are looked for at its places, the others one by one.
    """

    def __init__(self, causes: Iterable[Cause]) -> None:
        phrases = sorted({phrase for cause in causes for phrase in cause.phrases}, key=lambda p: (len(p), p))
        self._with_x = [phrase for phrase in phrases if b"x" in phrase]
        self._others = [phrase for phrase in phrases if b"x" not in phrase]
        endings = ((phrase[phrase.index(b"x") + 1 :], phrase) for phrase in self._with_x)
        self._pattern = re.compile(b"x(?:" + b"|".join(b"(%b(?<=%b))" % ending for ending in endings) + b")")

    def present(self, bones: bytes) -> set[bytes]:
        """Those that occur in a skeleton."""
        phrases = {phrase for phrase in self._others if phrase in bones}
        if self._with_x:
            phrases.update(self._with_x[(m.lastindex or 1) - 1] for m in self._pattern.finditer(bones))
        return phrases


def _line_of(text: str, match: re.Match[str], is_end: bool) -> str | None:
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _BEFORE)
    line, feed, _ = text[start : start + _LINE].partition("\n")
    return line.strip() if feed or is_end or len(line) == _LINE else None
