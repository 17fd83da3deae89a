"""Logs in mails, pages and JSON: decoded and read, or named as not read; never called silent."""

import base64
import gzip
import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.unit.test_packings import LINE
from tofutui.workbench.evidence.logs import pasted_text, read_logs

TEXT = LINE.decode() * 3
PAGE = "".join(f"<p>{line.replace(' - ', '&nbsp;-&nbsp;')}</p>" for line in TEXT.splitlines())
HEAD = b"From: a@example.net\nMIME-Version: 1.0\nContent-Type: text/plain; charset=%s\n"


def mail(body: str = TEXT, *, cte: str = "base64", html: str = "", attached: str = "") -> bytes:
    """A mail with the text, or a mention of a page or a file that holds it."""
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.net", "log"
    message.set_content(body, cte=cte)
    if html:
        message.add_alternative(html, subtype="html")
    if attached:
        content = gzip.compress(TEXT.encode()) if attached.endswith(".gz") else TEXT.encode()
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=attached)
    return bytes(message)


def forwarded() -> bytes:
    outer = EmailMessage()
    outer["From"] = "b@example.net"
    outer.set_content("see below")
    inner = EmailMessage()
    inner["From"] = "a@example.net"
    inner.set_content(TEXT, cte="base64")
    outer.add_attachment(inner)
    return bytes(outer)


def declared(charset: bytes, encoding: str) -> bytes:
    """A body in base64 in an encoding that need not be the declared one."""
    encoded = base64.encodebytes(TEXT.replace("kong", "k\u00f6ng").encode(encoding))
    return HEAD % charset + b"Content-Transfer-Encoding: Base64\n\n" + encoded


def json_lines(made: Callable[[str], dict[str, object]]) -> bytes:
    return "".join(f"{json.dumps(made(line))}\n" for line in TEXT.splitlines()).encode()


MAILS = {
    "base64": mail(),
    "quoted-printable": mail(cte="quoted-printable"),
    "Windows line ends": mail().replace(b"\n", b"\r\n"),
    "as a page too": mail(html=f"<html><body>{PAGE}</body></html>"),
    "as a page only": mail("your program shows no HTML", html=PAGE),
    "attached": mail("see the file", attached="hm-0-0.log"),
    "attached, packed": mail("see the file", attached="hm-0-0.log.gz"),
    "name in MIME words": mail("see the file", attached="hm-0-0 f\u00fcr B\u00fcro.log"),
    "forwarded": forwarded(),
    "a part of its source": mail("see the file", attached="hm-0-0.log").partition(b"\n\n")[2],
    "mbox": b"".join(
        b"From a Mon Jan  5 09:00:00 2026\n" + mail(line + "\n") + b"\n" for line in TEXT.splitlines()
    ),
    "long head": b"".join(b"Received: from a by b; %d\n" % n for n in range(400)) + mail(),
    "in base64 only": base64.encodebytes(TEXT.encode()),
    "on one line": base64.b64encode(TEXT.encode()),
    "packed, in base64": base64.encodebytes(gzip.compress(TEXT.encode())),
    "quoted-printable only": mail(cte="quoted-printable").partition(b"\n\n")[2],
    "part of a page": PAGE.encode(),
    "XML": f"<?xml version='1.0'?><rss><item><description>{TEXT}</description></item></rss>".encode(),
    "character data": f"<?xml version='1.0'?><e><![CDATA[{TEXT}]]></e>".encode(),
    "a comment in a page": f"<html><!--\n{TEXT}--></html>".encode(),
    "a script in a page": f"<html><script>\n{TEXT}</script></html>".encode(),
    "container": json_lines(lambda line: {"log": f"{line}\n", "stream": "stdout", "time": "09:00:00Z"}),
    "collector": json_lines(lambda line: {"@timestamp": "2026", "message": line, "host": {"name": "pi-a"}}),
    "journalctl -o json": json_lines(lambda line: {"MESSAGE": line, "_PID": "1", "__CURSOR": "s=1;i=2"}),
    "page": f"<!DOCTYPE html>\n<html><head><title>x</title></head><body><pre>{TEXT}</pre></html>".encode(),
}


@pytest.mark.parametrize("kind", MAILS)
def test_a_failure_is_read_out_of_a_mail_or_a_page(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "hm-0-0.log"
    path.write_bytes(MAILS[kind])
    read = read_logs([str(path)], None)
    assert [(failure.name, failure.count) for failure in read.digest.failures] == [("CN=kong", 3)]
    assert not read.remarks
    text, unread = pasted_text(MAILS[kind].decode())
    assert (text.count("TOFU failed"), unread) == (3, ())


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [(b"iso-8859-1", "latin-1"), (b"utf-8", "utf-8"), (b"us-ascii", "utf-8"), (b"us-ascii", "utf-16"),
     (b"utf-16", "utf-16"), (b"no-such-set", "utf-8"), (b"iso-8859-1", "utf-8"), (b"utf-7", "utf-7")],
)  # fmt: skip
def test_a_body_is_read_in_the_character_set_that_it_is_in(
    tmp_path: Path, charset: bytes, encoding: str
) -> None:
    path = tmp_path / "m.eml"
    path.write_bytes(declared(charset, encoding))
    (failure,) = read_logs([str(path)], None).digest.failures
    assert (failure.name, failure.count) == ("CN=k\u00f6ng", 3)


CUT = mail("see the file", attached="hm-0-0.log")
NOT_WHOLE = {
    "cut in a body": (mail()[:-200], "mail that is damaged or cut off"),
    "cut in a file": (CUT[:-203], "hm-0-0.log: base64 that is damaged or cut off"),
    "a letter that is not base64": (mail()[:-80] + b"!" + mail()[-80:], "base64 that is damaged"),
    "a log before it": (LINE + mail(), "line 5: a part of a mail"),
}


@pytest.mark.parametrize("kind", NOT_WHOLE)
def test_of_a_damaged_mail_what_can_be_read_is_used_and_the_damage_said(tmp_path: Path, kind: str) -> None:
    raw, said = NOT_WHOLE[kind]
    path = tmp_path / "hm-0-0.log"
    path.write_bytes(raw)
    read = read_logs([str(path)], None)
    assert read.digest.failures
    assert said in " ".join(read.remarks)
    assert not read.silent


NOT_READ = {
    "a file of another name": (mail("see", attached="notes.txt"), "notes.txt"),
    "in words": (b"Look:\n\n" + mail(), "a part of a mail or another text"),
    "base64 in a log": (b"line\n" * 2000 + base64.encodebytes(LINE * 9), "line 2,0"),
    "UTF-16": (mail().decode().encode("utf-16"), "a part of a mail or another text"),
    "Outlook's own file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Outlook mail (.msg)"),
    "Outlook's attachments": (b"\x78\x9f\x3e\x22" + bytes(600), "winmail.dat"),
    "in a URL": (LINE.replace(b" ", b"%20"), "URL"),
    "in hex": (LINE.hex().encode(), "hex"),
    "another encoding": (mail().replace(b": base64", b": x-binhex"), "encoded in x-binhex"),
}


@pytest.mark.parametrize("kind", NOT_READ)
def test_what_is_not_read_of_a_mail_is_named_and_not_called_silent(tmp_path: Path, kind: str) -> None:
    raw, named = NOT_READ[kind]
    path = tmp_path / "hm-0-0.log"
    path.write_bytes(raw)
    read = read_logs([str(path)], None)
    assert not read.digest.failures
    assert [named in remark and "not read" in remark for remark in read.remarks] == [True]
    assert not read.silent


def test_many_parts_one_in_another_end_in_a_remark(tmp_path: Path) -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2_000)
    )
    path = tmp_path / "m.eml"
    path.write_bytes(b"MIME-Version: 1.0\n" + nested)
    read = read_logs([str(path)], None)
    assert read.remarks
    assert not read.silent
