"""DER as received -> certificates, each distinct one read and kept once."""

import asyncio
import hashlib
from collections.abc import Sequence

from tofutui.tofu.certificates.certificate import Certificate, UnreadableCertificate, read_certificate

_KEPT = 2048
"""Certificates remembered; the oldest is forgotten first."""
_MUCH = 32 << 10
"""Bytes of a chain that are read beside the event loop instead of on it."""


class Reader:
    """Reads chains; certificates that many endpoints share are in memory once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Certificate | None] = {}

    async def read(self, chain: Sequence[bytes]) -> list[Certificate | None]:
        """The certificates of a chain in order; None where the bytes cannot be read as a certificate."""
        digests = [hashlib.sha256(der).digest() for der in chain]
        by_digest = {digest: self._known[digest] for digest in digests if digest in self._known}
        new = {d: der for d, der in zip(digests, chain, strict=True) if d not in by_digest}
        is_much = sum(map(len, new.values())) > _MUCH
        read = await asyncio.to_thread(_read_all, new) if is_much else _read_all(new)
        for digest, certificate in read.items():
            # Another task may have read the same one meanwhile: all get the same object.
            by_digest[digest] = self._known.setdefault(digest, certificate)
        self._forget()
        return [by_digest[digest] for digest in digests]

    def _forget(self) -> None:
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]


def _read_all(new: dict[bytes, bytes]) -> dict[bytes, Certificate | None]:
    return {digest: _read_one(der) for digest, der in new.items()}


def _read_one(der: bytes) -> Certificate | None:
    try:
        return read_certificate(der)
    except UnreadableCertificate:
        return None
