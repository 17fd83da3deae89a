"""Scenario files: what a simulated site looks like and how its parts misbehave."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tofutui.lab.appliance.behaviour import Behaviour
from tofutui.lab.bulk_rows import add_crowd
from tofutui.lab.cert import parse_subject
from tofutui.lab.replay import AGES
from tofutui.lab.site_model import (
    HM_PORT,
    LOOPBACKS,
    Address,
    CertificatePlan,
    EndpointPlan,
    NodePlan,
    Scenario,
)

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class ScenarioError(ValueError):
    """There is no such scenario, or its file is wrong; the text says which and where."""


def scenario_names() -> list[str]:
    """The scenarios that come with the program, ``seed`` first."""
    names = sorted(
        entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml")
    )
    return sorted(names, key=lambda name: name != "seed")


def load_scenario(name: str) -> Scenario:
    """A packaged scenario by its name, or one of the user's by the path of its ``.toml`` file.

    Raises:
        ScenarioError: unknown, unreadable or wrong.
    """
    try:
        if name.endswith(".toml"):
            return _scenario(Path(name).stem, tomllib.loads(Path(name).read_text("utf-8")))
        if name not in scenario_names():
            close = get_close_matches(name, scenario_names(), n=1)
            meant = f", did you mean {close[0]}?" if close else f"; there are {', '.join(scenario_names())}"
            raise ScenarioError(f"there is no scenario {name!a}{meant}")
        text = (_folder() / f"{name}.toml").read_text("utf-8")
        return _scenario(name, tomllib.loads(text))
    except KeyError as error:
        raise ScenarioError(f"scenario {name}: the key {error} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        raise error if isinstance(error, ScenarioError) else ScenarioError(f"{name}: {error}") from error


def parse_address(text: str) -> Address:
    """``host:port`` or ``[v6]:port``.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or not host:
        raise ValueError(f"{text!a} is not HOST:PORT")
    return Address(host.strip("[]"), int(port))


def _folder() -> Traversable:
    return files("tofutui.lab") / "scenarios"


def _scenario(name: str, data: dict[str, Any]) -> Scenario:
    endpoints = [_endpoint(table) for table in data.pop("endpoints")]
    nodes = {role: _node(data.pop(role)) for role in ("primary", "secondary")}
    crowd = data.pop("crowd", None)
    if crowd is not None:
        nodes, endpoints = add_crowd(nodes, endpoints, crowd)
    _check_rows(nodes.values(), endpoints)
    if "sightings" in data:
        data["sightings"] = _age(data["sightings"])
    return Scenario(
        name=name, endpoints=tuple(endpoints), primary=nodes["primary"], secondary=nodes["secondary"], **data
    )


def _check_rows(nodes: Iterable[NodePlan], endpoints: Iterable[EndpointPlan]) -> None:
    """Every row needs a server, the node's own health monitor too."""
    served = {at for endpoint in endpoints for at in endpoint.at}
    for node in nodes:
        needed = {*node.rows, *node.contacts, Address(node.address, HM_PORT)} - {*LOOPBACKS}
        for at in needed - served:
            raise ScenarioError(f"no [[endpoints]] has at = {str(at)!a}, which {node.hostname} needs")


def _node(table: dict[str, Any]) -> NodePlan:
    own = {spec.name for spec in fields(NodePlan)} - {"settings"}
    settings = {key: value for key, value in table.items() if key not in own}
    Behaviour(**settings)  # refuses what is none
    return NodePlan(
        hostname=table["hostname"],
        address=table["address"],
        rows=tuple(parse_address(text) for text in table["rows"]),
        contacts=tuple(parse_address(text) for text in table.get("contacts", [])),
        settings=settings,
    )


def _endpoint(table: dict[str, Any]) -> EndpointPlan:
    at, presented = table.pop("at"), table.pop("presented")
    stored = table.pop("stored", None)
    if table.get("replay", "") not in ("", *AGES):
        raise ScenarioError(f"replay = {table['replay']!a}: there are {', '.join(AGES)}")
    return EndpointPlan(
        at=tuple(parse_address(text) for text in ([at] if isinstance(at, str) else at)),
        presented=_certificate(presented),
        stored=_certificate(stored) if stored else None,
        **table,
    )


def _certificate(table: dict[str, str]) -> CertificatePlan:
    return CertificatePlan(parse_subject(table["subject"]), _age(table["age"]))


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+)([mhd])", text)
    if match is None:
        raise ValueError(f"{text!a} is not an age; use a form such as 95m, 3h or 400d")
    return int(match[1]) * _UNITS[match[2]]
