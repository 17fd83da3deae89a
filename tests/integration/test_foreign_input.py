"""`tofutui offline`, as a program, on transcripts and exports that other programs and languages shaped."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from tests.integration.test_broken_rows import endpoint
from tests.support.appliance import LISTCERTS
from tests.support.exports import made, pem
from tests.support.program import Answer, tofutui

KEY = "192.0.2.20_8082"
SUBJECT = "/CN=pi-b.example.net/OU=Lab"
ROWS = f"host={KEY};  subject=CN = pi-b.example.net, OU = Lab\r\nhost=192.0.2.30_443;  subject=CN = kong \r\n"
PLAIN = f"pi-a/admin# {LISTCERTS}\r\n{ROWS}pi-a/admin# "


async def offline(tmp_path: Path, transcript: str, *argv: object, subject: str = SUBJECT) -> Answer:
    async with endpoint(subject) as probe_map:
        sessions, path = tmp_path / "s.toml", tmp_path / "t.txt"
        sessions.write_text(f'[sessions.s.primary]\nhost = "192.0.2.1"\n{probe_map}')
        path.write_bytes(transcript.encode("utf-8", "surrogateescape"))
        given = ("offline", "--primary", path, "--session", "s", "--sessions", sessions, "--format", "json")
        return await tofutui(*given, *argv, home=tmp_path)


DAMAGED = {
    "hyphen": PLAIN.replace("pi-b", "pi\u2011b"),
    "link": PLAIN.replace("pi-b.example.net", "pi-b.example.net<http://pi-b.example.net>"),
    "hard blanks": PLAIN.replace("CN = pi", "CN\u00a0=\u202fpi"),
    "quoted": "".join(f"> {line}" for line in PLAIN.splitlines(keepends=True)),
    "stamped": "".join(f"[2026-01-05 09:00:00.000] {line}" for line in PLAIN.splitlines(keepends=True)),
    "nomore": PLAIN.replace(LISTCERTS, f"{LISTCERTS} | nomore"),
}


@pytest.mark.parametrize("kind", DAMAGED)
async def test_a_row_is_read_through_what_was_done_to_it(tmp_path: Path, kind: str) -> None:
    answer = await offline(tmp_path, DAMAGED[kind])
    assert answer.json["complete"]
    assert answer.verdicts("primary") == {KEY: "same-name", "192.0.2.30_443": "mismatch"}


async def test_damage_that_is_not_undone_is_named_and_never_a_mismatch(tmp_path: Path) -> None:
    answer = await offline(tmp_path, PLAIN.replace("pi-b", "pi\u2011c"))
    row = answer.entries("primary")[KEY]
    assert row["verdict"] == "unreadable"
    assert "U+2011 NON-BREAKING HYPHEN" in row["why"][0]


async def test_an_invisible_character_in_a_key_is_shown_and_the_key_neither_asked_nor_deleted(
    tmp_path: Path,
) -> None:
    answer = await offline(tmp_path, PLAIN.replace("2.20_", "2.20\u200b_"))
    row = answer.entries("primary")["192.0.2.20\\u200b_8082"]
    assert (row["delete"], row["presented"]["status"]) == (None, "unmapped")
    assert "\u200b" not in answer.out


async def test_a_filtered_list_shows_its_rows_and_is_not_complete(tmp_path: Path) -> None:
    answer = await offline(tmp_path, PLAIN.replace(LISTCERTS, f"{LISTCERTS} | include host"))
    assert (answer.code, KEY in answer.verdicts("primary")) == (3, True)
    assert "filtered" in answer.err


NAMINGS = {
    "korean alias": "별칭 이름: {}\n생성 날짜: 2026. 11. 28.\n항목 유형: trustedCertEntry\n\n",
    "friendly name": "Bag Attributes\n    friendlyName: {}\n",
    "comment": "# {}\n",
}


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize(("key", "verdict"), [("192.0.2.71_443", "same-name"), (KEY, "mismatch")])
async def test_a_certificate_named_for_another_row_proves_nothing(
    tmp_path: Path, naming: str, key: str, verdict: str
) -> None:
    export = tmp_path / "store.txt"
    export.write_bytes(NAMINGS[naming].format(key).encode() + pem(made(SUBJECT, 2)))
    answer = await offline(tmp_path, PLAIN, "--known", f"primary={export}")
    assert answer.verdicts("primary")[KEY] == verdict


LOG = (
    b"11/23/26 14:02:11.000 ERROR [system] [seqtaskexecutor-1] TOFU failed. Check local trust "
    b"Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    b"different from what was used earlier - CN=kong\n"
)


def packed(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


LOGS = {
    "utf-16 without a mark": (LOG.decode().encode("utf-16-le") * 9, 1, ""),
    "zst": (b"\x28\xb5\x2f\xfd\x04\x58" + bytes(99), 3, "Zstandard"),
    "a file of another name": (packed({"messages": LOG}), 3, "1 file not read: messages"),
    "one beside a log": (
        packed({"hm-0-0.log": b"all is well\n", "pi.txt": LOG}),
        3,
        "1 file not read: pi.txt",
    ),
    "damaged gz": (gzip.compress(LOG)[:-8] + bytes(8), 1, "damaged gzip data"),
}


@pytest.mark.parametrize("kind", LOGS)
async def test_a_log_is_read_or_named_and_no_clean_bill_rests_on_what_was_not_read(
    tmp_path: Path, kind: str
) -> None:
    raw, code, word = LOGS[kind]
    log = tmp_path / "hm-0-0.log"
    log.write_bytes(raw)
    transcript = tmp_path / "t.txt"
    transcript.write_text(
        f"pi-a/admin# {LISTCERTS}\r\nhost=192.0.2.30_443;  subject=CN = kong \r\npi-a/admin# "
    )
    given = ("offline", "--primary", transcript, "--no-probe", "--format", "json", "--log", f"primary={log}")
    answer = await tofutui(*given, home=tmp_path)
    assert answer.code == code
    assert (word in answer.err, "no TOFU failure" in answer.err) == (True, False)


async def test_an_empty_table_of_another_product_proves_nothing(tmp_path: Path) -> None:
    transcript = tmp_path / "t.txt"
    rule = "-" * 45
    transcript.write_text(
        f"ise/admin# {LISTCERTS}\r\nise/admin# show version\r\n\r\n"
        f"Cisco Identity Services Engine\r\n{rule}\r\n"
        "Version      : 3.2.0.542\r\nise/admin# "
    )
    answer = await tofutui("offline", "--primary", transcript, "--no-probe", home=tmp_path)
    assert answer.code == 3
    assert "Cisco Identity Services Engine, not Prime Infrastructure" in answer.out
