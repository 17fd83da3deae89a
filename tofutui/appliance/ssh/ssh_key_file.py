"""The session's own private key: read from its file, decrypted, or found in the agent."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tofutui.appliance.errors import ApplianceError, NoPassword
from tofutui.appliance.questions import Asker, PasswordQuestion
from tofutui.appliance.ssh.ssh_target import Place
from tofutui.system.background import within
from tofutui.system.files import PRIVATE_KEY, read_regular
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import NodeSettings

AGENT_WITHIN = 5.0
"""Seconds that an SSH agent has to say which keys it holds; then it counts as holding none."""
FILES_WITHIN = 10.0
"""Seconds that a file has to be read: the file system may be one of the network."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What to log in with. Nothing set: what the SSH configuration and the agent hold."""

    own: asyncssh.SSHKey | None = None
    """The key of the session's ``key_file``; no other is tried, for a server counts the tries."""
    held_by_agent: asyncssh.SSHKey | None = None
    """Its public half, where the agent holds the encrypted key."""

    @property
    def is_rsa(self) -> bool:
        """Whether the session's own key is an RSA one, for which there are several signature algorithms."""
        key = self.own or self.held_by_agent
        return key is not None and key.get_algorithm() == "ssh-rsa"

    def options(self) -> dict[str, object]:
        """Arguments for asyncssh. There, None switches off, and () means the default."""
        if self.own is not None:
            return {"client_keys": [self.own], "agent_path": None}
        if self.held_by_agent is not None:
            return {"agent_identities": [self.held_by_agent]}
        return {}


class KeyFile:
    """``key_file`` of a node; its passphrase is kept for as long as this object lives."""

    def __init__(self, settings: NodeSettings, asker: Asker) -> None:
        self._settings = settings
        self._asker = asker
        self._passphrase: Secret | None = None

    async def load(self) -> Keys:
        """Read the key; asks for its passphrase if it has one and the agent does not hold the key.

        Raises:
            ApplianceError: the file cannot be read, or its passphrase is not known.
        """
        if self._settings.key_file is None:
            return Keys()
        file = self._settings.key_file.expanduser()
        try:
            known = self._passphrase.reveal() if self._passphrase else None
            return Keys(await within(FILES_WITHIN, str(file), _private_key, file, known))
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            if "assphrase" not in str(error):
                raise ApplianceError(f"key_file {file}: {safe(str(error))}") from error
        except OSError as error:
            raise ApplianceError(f"key_file {file}: {error.strerror}") from error
        held = await _find_in_agent(Path(f"{file}.pub"))
        return Keys(held_by_agent=held) if held else Keys(await self._decrypted(file))

    async def _decrypted(self, file: Path) -> asyncssh.SSHKey:
        settings = self._settings
        question = PasswordQuestion(settings.role, settings.host, settings.username, str(file), "passphrase")
        passphrase = await self._asker.password(question)
        if passphrase is None:
            raise NoPassword(f"key_file {file} needs its passphrase", "load the key into an SSH agent")
        try:
            key = await within(FILES_WITHIN, str(file), _private_key, file, passphrase)
        except OSError as error:
            raise ApplianceError(f"key_file {file}: {error.strerror}") from error
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise NoPassword(f"key_file {file}: the passphrase is wrong") from None
        self._passphrase = Secret(passphrase)
        return key


async def finds_rsa(keys: Keys, place: Place) -> bool:
    """Whether an RSA key is among those that the SSH configuration and the agent offered for this place."""
    if keys.options():
        return False
    try:
        options = await within(
            FILES_WITHIN,
            "the SSH keys",
            asyncssh.SSHClientConnectionOptions,
            config=(),
            host=place.given,
            username=place.username,
            proxy_command=None,
        )
        algorithms = {pair.algorithm for pair in options.client_keys or ()}
        if options.agent_path:
            algorithms |= {pair.algorithm for pair in await _keys_in_agent(options.agent_path)}
    except (OSError, ValueError, asyncssh.Error):
        return False
    return b"ssh-rsa" in algorithms


def _private_key(file: Path, passphrase: str | None) -> asyncssh.SSHKey:
    """Read and decrypt it; takes a while where the passphrase was made hard to guess."""
    return asyncssh.import_private_key(read_regular(file, most=PRIVATE_KEY), passphrase)


async def _keys_in_agent(path: str = "") -> list[asyncssh.SSHKeyPair]:
    """What the agent at this socket (by default the user's) holds.

    Raises:
        OSError: there is no agent, or it does not answer within `AGENT_WITHIN` seconds (TimeoutError).
    """
    async with asyncio.timeout(AGENT_WITHIN):
        agent = await asyncssh.connect_agent(*([path] if path else []))
        try:
            return list(await agent.get_keys())
        finally:
            agent.close()


async def _find_in_agent(public: Path) -> asyncssh.SSHKey | None:
    """The public key in this file, if an agent runs and holds its private half."""
    try:
        data = await within(FILES_WITHIN, str(public), read_regular, public, most=PRIVATE_KEY)
        key = asyncssh.import_public_key(data)
        held = await _keys_in_agent()
    except (OSError, ValueError, asyncssh.Error):
        return None
    return key if any(pair.public_data == key.public_data for pair in held) else None
