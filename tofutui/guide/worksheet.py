"""The forms of the guide: their fields, what each accepts, and the message for a bad value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tofutui.guide.playbook import ise_remotes, text_of
from tofutui.guide.rules import (
    AUTOMATIC,
    Rule,
    Sheet,
    emails,
    failover_advice,
    prefix4,
    prefix6,
    resolves,
    secondary_server,
    unchecked,
    vip4,
    vip6,
)
from tofutui.tofu.guide_run import Run
from tofutui.tofu.site.endpoint import as_address, is_loopback
from tofutui.tofu.site.session import Role, Session

MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetField:
    """One field of a form."""

    id: str
    label: str
    ask: str
    choices: tuple[tuple[str, str], ...] = ()
    """Values with their words; none: a line to type."""
    needed: bool = True
    rule: Rule = lambda _value, _sheet: None
    advice: Rule = lambda _value, _sheet: None
    """What is worth knowing about a value that is allowed."""
    default: Callable[[Session], str] = lambda _session: ""
    asked: Callable[[Sheet], bool] = lambda _sheet: True


def problem(field: WorksheetField, value: str, sheet: Sheet) -> str | None:
    """Why this value is not accepted."""
    value = value.strip()
    if not value:
        return f"{field.label}: nothing was entered" if field.needed else None
    if field.choices and value not in dict(field.choices):
        return f"{field.label}: {value!a} is not one of {', '.join(dict(field.choices))}"
    if len(value) > 1000 or not value.isprintable():
        return f"{field.label}: too long, or characters that cannot be printed"
    wrong = field.rule(value, sheet)
    return f"{field.label}: {wrong}" if wrong else None


def fields_of(step: str, sheet: Sheet) -> list[WorksheetField]:
    """The fields of a step's form that are asked for, in their order."""
    if step == "restarted":
        return _restarted(sheet.session)
    return [field for field in WORKSHEET if field.asked(sheet)] if step == "worksheet" else []


def all_fields(session: Session) -> list[WorksheetField]:
    """Every field of every form."""
    return [*_restarted(session), *WORKSHEET]


def errors(step: str, sheet: Sheet) -> list[str]:
    """Everything that is wrong with the form as filled in."""
    problems = (problem(field, sheet.answer(field.id), sheet) for field in fields_of(step, sheet))
    return [text for text in problems if text]


def advices(step: str, sheet: Sheet) -> list[str]:
    """What is worth knowing about the values entered."""
    filled = [(field, sheet.answer(field.id)) for field in fields_of(step, sheet)]
    advice = ((field.label, field.advice(value, sheet)) for field, value in filled if value)
    return [f"{label}: {text}" for label, text in advice if text]


RESTARTED = {
    "yes": "restarted since its certificate changed",
    "unchanged": "its certificate did not change",
    "no": "not restarted since",
    "unknown": "not known",
}


def _restarted(session: Session) -> list[WorksheetField]:
    names = [(str(role), role.word) for role in session.roles]
    names += [(remote.name, f"ISE {remote.name}") for remote in ise_remotes(session)]
    return [
        WorksheetField(
            id=f"restarted:{id_}",
            label=label,
            ask=f"Was {label} restarted since its certificate changed?",
            choices=tuple(RESTARTED.items()),
            advice=_restart_advice,
        )
        for id_, label in names
    ]


def _restart_advice(value: str, _sheet: Sheet) -> str | None:
    if value == "no":
        return "restart it before its rows are deleted, or its old certificate is learned again"
    if value == "unknown":
        return "if it was not restarted, its old certificate is learned again: ask its owner for the SHA-256"
    return None


def _secondary_default(session: Session) -> str:
    node = session.nodes.get(Role.SECONDARY)
    return node.shown_address if node and not is_loopback(node.shown_address) else ""


def _virtual(sheet: Sheet) -> bool:
    return sheet.answer("virtual_ip") == "yes"


def _virtual6(sheet: Sheet) -> bool:
    return _virtual(sheet) and bool(sheet.answer("vip6"))


def _session_vip(version: int) -> Callable[[Session], str]:
    def default(session: Session) -> str:
        addresses = (as_address(text) for text in session.virtual_ip)
        return next((str(ip) for ip in addresses if ip and ip.version == version), "")

    return default


def _virtual_default(session: Session) -> str:
    return "yes" if session.virtual_ip else "no"


WORKSHEET: tuple[WorksheetField, ...] = (
    WorksheetField(
        id="authkey", label="Authentication key",
        ask="The key that was set when the secondary was installed; it is never entered here. If you do not "
        "have it, set one now: type `ncs ha authkey` with the same new key on both servers yourself.",
        choices=(("have", "I have it"),),
    ),
    WorksheetField(
        id="names_by", label="Resolved by", ask="How does the primary resolve the secondary's name?",
        choices=(("dns", "DNS"), ("hosts", "/etc/hosts: then the address is needed")),
        default=lambda _session: "dns",
    ),
    WorksheetField(
        id="secondary_server", label="Secondary Server", ask="Address or name of the secondary",
        rule=secondary_server, advice=resolves, default=_secondary_default,
    ),
    WorksheetField(
        id="emails", label="Email Address", needed=False,
        ask="Who is notified of changes: addresses separated by commas, or nothing. They are added to those "
        "of the mail server page.",
        rule=emails,
    ),
    WorksheetField(
        id="failover", label="Failover Type", ask="How a failover begins",
        choices=((MANUAL, "Manual (recommended)"), (AUTOMATIC, "Automatic")), advice=failover_advice,
        default=lambda _session: MANUAL,
    ),
    WorksheetField(
        id="virtual_ip", label="Virtual IP", ask="Is a virtual IP used?",
        choices=(("no", "no"), ("yes", "yes; both servers are in the same subnet")),
        default=_virtual_default,
    ),
    WorksheetField(
        id="vip4", label="IPV4 Virtual IP", ask="The IPv4 address that both servers share", rule=vip4,
        default=_session_vip(4), asked=_virtual,
    ),
    WorksheetField(
        id="prefix4", label="IPv4 prefix length", ask="Of the subnet, such as 24; only to check the address",
        rule=prefix4, advice=unchecked(4), asked=_virtual,
    ),
    WorksheetField(
        id="vip6", label="IPV6 Virtual IP", ask="The IPv6 address that both servers share, or nothing",
        needed=False, rule=vip6, default=_session_vip(6), asked=_virtual,
    ),
    WorksheetField(
        id="prefix6", label="IPv6 prefix length", ask="Of the subnet, such as 64; only to check the address",
        rule=prefix6, advice=unchecked(6), asked=_virtual6,
    ),
)  # fmt: skip


def where(step_id: str, session: Session, names: Mapping[Role, str]) -> str:
    """Where a step is done: ``in the browser of PRIMARY prime-pri, https://192.0.2.10``.

    Args:
        step_id: The step.
        session: Its session.
        names: Each node as ``PRIMARY prime-pri``.
    """
    primary = names.get(Role.PRIMARY, Role.PRIMARY.word)
    texts = {
        "here": "here",
        "browser": f"in the browser of {primary}, {_site_of(session)}",
        "cli": f"CLI of {primary}",
    }
    return " and ".join(texts[place] for place in text_of(step_id).at)


def direction_words(session: Session, names: Mapping[Role, str]) -> str:
    """Which server's database is copied over whose."""
    both = [f"{names.get(role, role.word)} ({session.nodes[role].shown_address})" for role in session.roles]
    return " → ".join(both)


def values_of(run: Run, step_id: str, session: Session) -> list[tuple[str, str]]:
    """Label and value of everything that is not empty."""
    pairs = [(label, _value(source, run, step_id, session)) for label, source in text_of(step_id).values]
    return [(label, value) for label, value in pairs if value]


def url_of(session: Session) -> str:
    """The sign-in page of the primary (docs/appliance.md, high availability)."""
    return f"{_site_of(session)}/webacs/pages/common/login.jsp"


def _site_of(session: Session) -> str:
    host = session.nodes[Role.PRIMARY].shown_address
    address = as_address(host)
    shown = f"[{host.strip('[]')}]" if address is not None and address.version == 6 else host
    return f"https://{shown}"


def _value(source: str, run: Run, step_id: str, session: Session) -> str:
    if source == "url":
        return url_of(session)
    if source == "ha-remove":
        return "ncs ha remove"
    if source == "ise-address":
        name = step_id.partition(":")[2]
        remotes = (ise for ise in ise_remotes(session) if name in (ise.name, str(ise.endpoint)))
        return next((ise.endpoint.host for ise in remotes), "")
    field = source.partition(":")[2]
    answer = run.answer(field)
    choices = next((dict(known.choices) for known in WORKSHEET if known.id == field), {})
    return choices.get(answer, answer).removesuffix(" (recommended)")
