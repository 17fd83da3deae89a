"""Saved terminal text for tests, in the layouts of docs/appliance.md, The TOFU table."""

LISTCERTS = "ncs certvalidation tofu-certs listcerts"
NAME = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN="
PRI, SEC, ISE = "192.0.2.10_8082", "192.0.2.11_8082", "198.51.100.20_443"
HEADER = (
    "Host certificate are automatically added to this list on first connection,\n"
    "if trust-on-first-use is configured - ncs certvalidation certificate-check ...\n"
)
PRIMARY_ROWS = ((PRI, "prime-pri"), (ISE, "ISE-server"), (SEC, "prime-sec"))
SECONDARY_ROWS = ((SEC, "prime-sec"), ("127.0.0.1_8082", "prime-sec"), (PRI, "prime-pri"))

SEED = f"""\
prime-pri/admin# {LISTCERTS}

Host certificate are automatically added to this list on first connection,

if trust-on-first-use is configured - ncs certvalidation certificate-check ...

host=1X.XX.XX.XX_8082;\u00a0  subject= {NAME}prime-pri


host=1Z.ZZ.ZZ.ZZ_443;\u00a0  subject= {NAME}ISE-server

host=1YY.YY.YY.YY_8082;\u00a0  subject= {NAME}prime-sec

prime-pri/admin#

The output of the secondary server [IP=1YY.YY.YY.YY]

prime-sec/admin# {LISTCERTS}

Host certificate are automatically added to this list on first connection,

if trust-on-first-use is configured - ncs certvalidation certificate-check ...

host=1YY.YY.YY.YY_8082;\u00a0  subject= {NAME}prime-sec

host=127.0.0.1_8082;  subject= {NAME}prime-sec

host=1X.XX.XX.XX_8082; subject= {NAME}prime-pri

prime-sec/admin#

Delete the certificate

ncs certvalidation tofu-certs deletecert host 1YY.YY.YY.YY_8082
"""
"""The lists of the TAC document as its pages show them: an empty line after each, a hard blank in some."""


def listed(rows: tuple[tuple[str, str], ...], name: str = NAME) -> str:
    """What `listcerts` prints."""
    return f"\n{HEADER}\n" + "".join(f"host={key};  subject= {name}{cn}\n" for key, cn in rows) + "\n"


def said(host: str, command: str, answer: str) -> str:
    """A command at a prompt and its answer."""
    return f"{host}/admin# {command}\n{answer}"


def session(host: str, rows: tuple[tuple[str, str], ...], *, role: str = "Primary") -> str:
    """A whole session up to its last prompt."""
    return (
        said(host, LISTCERTS, listed(rows))
        + said(host, "show clock", "Mon Nov 23 14:02:38 UTC 2026\n")
        + said(
            host, "show version", "Cisco Prime Infrastructure\n*****\nVersion : 3.7.0\nBuild : 3.7.0.0.159\n"
        )
        + said(host, "ncs ha status", f"[Role] {role} [State] HA not Configured\n")
        + f"{host}/admin# "
    )
