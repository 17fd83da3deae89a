"""A capture that is being played: both nodes, every endpoint, and the sessions file that leads to them."""

import asyncio
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncssh

from tofutui.capture_file import Capture
from tofutui.lab.playback.certificates import Presentable, presentable
from tofutui.lab.playback.endpoints import PlayedEndpoint
from tofutui.lab.playback.sshd import PlayedNode
from tofutui.lab.site import private_file, toml_table

SESSION = "replay"
"""The name of the only session."""
_HOST = "127.0.0.1"
_ROLES = ("primary", "secondary")


class PlayedSite:
    """Made by `PlayedSite.start`, ended by `stop`."""

    def __init__(self, capture: Capture, directory: Path, *, timing: bool) -> None:
        self.capture = capture
        self.directory = directory
        self.sessions_path = directory / "sessions.toml"
        self.data_path = directory / "data"
        self.password = secrets.token_urlsafe(9)
        self.nodes: dict[str, PlayedNode] = {}
        self.endpoints: list[PlayedEndpoint] = []
        self._timing = timing
        self._user_key = asyncssh.generate_private_key("ssh-ed25519")

    @classmethod
    async def start(cls, capture: Capture, directory: Path, *, timing: bool = False) -> "PlayedSite":
        """Play a capture with its files in ``directory`` (made if missing); ``timing``: with its pauses."""
        site = cls(capture, directory, timing=timing)
        try:
            await site._start()
        except BaseException:
            await site.stop()
            raise
        return site

    async def stop(self) -> None:
        """Close every port and everything open."""
        for node in self.nodes.values():
            await node.stop()
        for endpoint in self.endpoints:
            await endpoint.stop()

    async def _start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.data_path, self.directory / "tls"):
            folder.mkdir(mode=0o700)
        for role in self.capture.session["nodes"]:
            logins = [login for login in self.capture.logins if login.node == role]
            self.nodes[role] = PlayedNode(role, logins, self._user_key, self.password, timing=self._timing)
            await self.nodes[role].start(_HOST)
        chains = await self._certificates()
        for captured in self.capture.endpoints:
            endpoint = PlayedEndpoint(captured, chains, self.directory / "tls")
            self.endpoints.append(endpoint)
            await endpoint.start(_HOST)
        self._write_files()

    async def _certificates(self) -> dict[bytes, Presentable]:
        """One key for each certificate of the capture: where two endpoints share one, they share it here."""
        templates = dict.fromkeys(
            der for endpoint in self.capture.endpoints for answer in endpoint.answers for der in answer.chain
        )
        made = await asyncio.gather(*(asyncio.to_thread(presentable, der) for der in templates))
        return dict(zip(templates, made, strict=True))

    def _write_files(self) -> None:
        private_file(self.directory / "id_admin", self._user_key.export_private_key("openssh"))
        private_file(self.directory / "password", self.password + "\n")
        private_file(self.directory / "known_hosts", self._known_hosts())
        private_file(self.sessions_path, self._sessions())

    def _known_hosts(self) -> str:
        return "".join(
            f"[{_HOST}]:{node.port} {node.host_key.export_public_key('openssh').decode()}"
            for node in self.nodes.values()
            if node.host_key is not None
        )

    def _sessions(self) -> str:
        said = self.capture.session
        name = ["sessions", SESSION]
        parts = [toml_table(name, title="capture that is played", virtual_ip=said["virtual_ip"])]
        parts += [toml_table([*name, role], **self._node(role, said["nodes"][role])) for role in self.nodes]
        parts += ["[" + toml_table([*name, "remotes"], **remote).replace("]\n", "]]\n", 1)
                  for remote in said["remotes"]]  # fmt: skip
        via = "off" if said["probe"]["via"] == "off" else "direct"
        parts.append(toml_table([*name, "probe"], via=via, timeout=said["probe"]["timeout"]))
        targets = {_address(e.endpoint.host, e.endpoint.port): e.target for e in self.endpoints}
        return "\n".join([*parts, toml_table([*name, "probe", "map"], **targets)])

    def _node(self, role: str, said: Mapping[str, Any]) -> dict[str, object]:
        return {
            "host": _HOST,
            "port": self.nodes[role].port,
            "username": "admin",
            "key_file": str(self.directory / "id_admin"),
            "known_hosts": str(self.directory / "known_hosts"),
            "addresses": said["addresses"],
            "hm_port": said["hm_port"],
            "legacy_ssh": said["legacy_ssh"],
        }


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
