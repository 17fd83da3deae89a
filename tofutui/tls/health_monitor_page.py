"""The Health Monitor's login page on 8082: it says the version without a login (docs/appliance.md)."""

import asyncio
import re
import ssl

from tofutui.tls.context import build_contexts, server_name
from tofutui.tofu.base.text import decode
from tofutui.tofu.site.endpoint import Endpoint

PATH = "/login.jsp"
_LARGEST = 64 * 1024
_VERSION = re.compile(r"productVersion\"?\s*>[^<]{0,80}?Version:?\s*([0-9][0-9A-Za-z.]{0,40})", re.IGNORECASE)


async def health_monitor_version(shown: Endpoint, where: Endpoint, *, seconds: float) -> str | None:
    """The version on the login page of ``shown``, fetched at ``where``; None if it did not come in time.

    The server is not verified and is sent nothing but a request for that page.
    """
    try:
        async with asyncio.timeout(seconds):
            return version_on(await _fetch(shown, where))
    except (OSError, ssl.SSLError, TimeoutError, ValueError, EOFError):
        return None


def version_on(page: str) -> str | None:
    """The version that the page prints; None for any other page."""
    match = _VERSION.search(page) if "Health Monitor" in page else None
    return match[1].rstrip(".") if match else None


async def _fetch(shown: Endpoint, where: Endpoint) -> str:
    contexts = build_contexts()  # on the loop: it silences warnings, which threads would do to each other
    reader, writer = await asyncio.open_connection(
        where.host, where.port, ssl=contexts.broad, server_hostname=server_name(shown.host) or ""
    )
    try:
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: {shown}\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while len(got) < _LARGEST and (more := await reader.read(_LARGEST)):
            got += more
        return decode(got)
    finally:
        writer.transport.abort()
