"""What is to be typed into the browser in a step: each value with its label, to be copied one by one."""

from tofutui.guide.playbook import ise_remotes, text_of
from tofutui.guide.worksheet import WORKSHEET
from tofutui.tofu.guide_run import Run
from tofutui.tofu.site.endpoint import as_address
from tofutui.tofu.site.session import Role, Session


def values_of(run: Run, step_id: str, session: Session) -> list[tuple[str, str]]:
    """Label and value; what is empty is left out."""
    found = [(label, _value(source, run, step_id, session)) for label, source in text_of(step_id).values]
    return [(label, value) for label, value in found if value]


def url_of(session: Session) -> str:
    """The sign-in page of the primary (DOMAIN.md part 5)."""
    host = session.nodes[Role.PRIMARY].shown_address
    address = as_address(host)
    shown = f"[{host.strip('[]')}]" if address is not None and address.version == 6 else host
    return f"https://{shown}/webacs/pages/common/login.jsp"


def _value(source: str, run: Run, step_id: str, session: Session) -> str:
    if source == "url":
        return url_of(session)
    if source == "ha-remove":
        return "ncs ha remove"
    if source == "ise-address":
        name = step_id.partition(":")[2]
        remotes = (one for one in ise_remotes(session) if name in (one.name, str(one.endpoint)))
        return next((one.endpoint.host for one in remotes), "")
    field = source.partition(":")[2]
    answer = run.answer(field)
    choices = next((dict(one.choices) for one in WORKSHEET if one.id == field), {})
    return choices.get(answer, answer).removesuffix(" (recommended)")
