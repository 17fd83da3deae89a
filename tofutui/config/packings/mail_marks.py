"""How a mail begins, or a file of several."""

import re

_FIELD = (
    rb"(?:From|To|Cc|Sender|Reply-To|Subject|Date|Message-ID|MIME-Version|Content-[A-Za-z-]{2,40}|Received|Return-Path"
    rb"|Delivered-To|Envelope-To|Thread-[A-Za-z]{2,20}|Authentication-Results|(?:ARC|DKIM|X|List)-[!-9;-~]{1,60}):"
)
_LINE = rb"(?:[!-9;-~]{1,76}:[^\n]*\n|[ \t]+[^\s][^\n]*\n)"
MARK = rb"From [^\n]{0,200}\d\d:\d\d[^\n]{0,60}\n"
"""The line between two mails in an mbox file."""
_BEGIN = re.compile(
    rb"\s*(?:" + MARK + rb")?(?:--[^\n]{1,72}\n)?(?P<head>" + _FIELD + rb"[^\n]*\n" + _LINE + rb"*)",
    re.IGNORECASE,
)
_OF_MIME = re.compile(rb"^(?:MIME-Version|Content-(?:Type|Transfer-Encoding)):", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r".*\.(?:eml|mbox|mht|mhtml)", re.IGNORECASE | re.DOTALL)
_LONG_HEAD = 4000
"""Bytes; what a mail says of itself comes after what the servers on its way said."""


def is_mail(first: bytes, name: str) -> bool:
    """Whether a text that begins so is a mail, or several, with encoded parts or attachments."""
    if _NAME.fullmatch(name):
        return True
    match = _BEGIN.match(first)
    if match is None:
        return False
    goes_on = len(first) > _LONG_HEAD and match.end() == first.rfind(b"\n") + 1
    return _OF_MIME.search(match["head"]) is not None or goes_on
