"""Which SSH algorithms are offered, and in what order.

group14 comes before group-exchange: freshly made parameters are tested for primality by the crypto
library, which holds up the event loop for a third of a second (measured).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from asyncssh.encryption import get_default_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_default_mac_algs

from tofutui.appliance.ssh.hello import Algorithms
from tofutui.appliance.ssh.ssh_target import Place


def _names(algorithms: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(name.decode("ascii") for name in algorithms)


_AVAILABLE_KEX = frozenset(_names(get_kex_algs()))
"""Some depend on what the crypto library was built with."""
_KEX = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "mlkem768x25519-sha256",
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "mlkem768nistp256-sha256",
    "mlkem1024nistp384-sha384",
    "curve448-sha512",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group15-sha512",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group17-sha512",
    "diffie-hellman-group18-sha512",
)
KEX = tuple(name for name in _KEX if name in _AVAILABLE_KEX)
CIPHERS = tuple(sorted(_names(get_default_encryption_algs()), key=lambda name: "gcm" not in name))
"""AES-GCM first: a listing is thousands of packets, and asyncssh decrypts one in a sixth of the time that
it takes with ChaCha20, which it would offer first.
"""
MACS = _names(get_default_mac_algs())
LEGACY_KEX = ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1")
LEGACY_CIPHERS = ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc")
LEGACY_MACS = ("hmac-sha1-96", "hmac-md5")
HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed448",
    "ssh-rsa",
)
"""RSA comes after the others: Dropbear 2022.83 agrees to rsa-sha2-256 without an RSA key, and dies of it."""
LEGACY_HOST_KEYS = ("ssh-dss",)
LEGACY = {
    "key exchange": LEGACY_KEX,
    "host key": LEGACY_HOST_KEYS,
    "encryption": LEGACY_CIPHERS,
    "MAC": LEGACY_MACS,
}
"""What `legacy_ssh` adds, by what it is for."""
CERTIFICATES = (
    "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com",
    "rsa-sha2-256-cert-v01@openssh.com",
)
_OF_KEY_TYPE = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")}

_FEW = 4
"""Names in a short list."""
_SHORT_KEX = ("curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha1", LEGACY_KEX[1])
_SHORT_CIPHERS = ("aes128-ctr", "aes256-ctr", "aes128-cbc", "3des-cbc")
_SHORT_MACS = ("hmac-sha2-256", "hmac-sha1")
_SHORT_HOST_KEYS = ("rsa-sha2-256", "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to one server."""

    legacy: bool
    """Also SHA-1 and CBC, as `legacy_ssh` says."""
    short: bool = False
    """Few names only: some old servers hang up on a long list."""
    theirs: Algorithms = field(default_factory=Algorithms)
    """What the server offers, as far as it is known: a short list is chosen from it."""
    sha1_signatures: bool = False
    """RSA keys of the user sign with SHA-1, whatever the server announced."""

    def options(self, place: Place, known_types: Iterable[str], *, certificates: bool) -> dict[str, object]:
        """Arguments for asyncssh; a list that the user's SSH configuration sets is left to it.

        ``known_types`` are the key types on file for this host: they come first, so that a server with
        several keys shows the one that can be checked.
        """
        lists: dict[str, tuple[str, tuple[str, ...]]] = {
            "kex_algs": ("KexAlgorithms", self._list(KEX, LEGACY_KEX, self.theirs.kex, _SHORT_KEX)),
            "encryption_algs": (
                "Ciphers",
                self._list(CIPHERS, LEGACY_CIPHERS, self.theirs.ciphers, _SHORT_CIPHERS),
            ),
            "mac_algs": ("MACs", self._list(MACS, LEGACY_MACS, self.theirs.macs, _SHORT_MACS)),
            "server_host_key_algs": ("HostKeyAlgorithms", self._host_keys(known_types, certificates)),
            "signature_algs": ("", ("ssh-rsa",) if self.sha1_signatures else ()),
        }
        return {
            argument: value
            for argument, (name, value) in lists.items()
            if value and name not in place.configured
        }

    def _list(
        self, usual: tuple[str, ...], legacy: tuple[str, ...], theirs: tuple[str, ...], few: tuple[str, ...]
    ) -> tuple[str, ...]:
        full = (*usual, *(legacy if self.legacy else ()))
        return _shortened(full, theirs, few) if self.short else full

    def _host_keys(self, known_types: Iterable[str], certificates: bool) -> tuple[str, ...]:
        known = [name for kind in known_types for name in _OF_KEY_TYPE.get(kind, (kind,))]
        full = (*HOST_KEYS, *(LEGACY_HOST_KEYS if self.legacy else ()))
        usual = _shortened(full, self.theirs.host_keys, _SHORT_HOST_KEYS) if self.short else full
        names = [name for name in known if name in full]
        return tuple(dict.fromkeys([*(CERTIFICATES if certificates else ()), *names, *usual]))


def _shortened(full: tuple[str, ...], theirs: tuple[str, ...], usual: tuple[str, ...]) -> tuple[str, ...]:
    """The first few names that the server has too; the usual ones where its list is not known."""
    return tuple(name for name in full if name in (theirs or usual))[:_FEW]
