"""Everything that may forbid a deletion, looked at when it is proposed and again before it is typed.

Both times it is the entry of this moment that is judged, not a copy held elsewhere.
"""

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.deletion.plan import Deletion
from tofutui.tofu.deletion.proof import changed_entry, changed_meanwhile, row_refusal
from tofutui.tofu.judgement.comparison import Entry, Phase
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench, identity_checks


class PlanRefused(TofutuiError):
    """Nothing can be planned for these rows; the message says why."""


class Gate:
    """The reasons against deletions on the nodes of one workbench, one plain sentence each."""

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench

    def node_refusal(self, role: Role) -> str | None:
        """Why nothing can be proposed for this node now."""
        refusal = self.forbidden(role)
        if refusal is None and self._bench.comparison.nodes[role].phase is not Phase.LISTED:
            return "the table shown is not a complete listing: refresh first"
        return refusal

    def forbidden(self, role: Role) -> str | None:
        """Why nothing on this node may be changed, whatever its table holds."""
        session, view = self._bench.session, self._bench.comparison.nodes[role]
        if session.read_only:
            return "read-only: started with --read-only, nothing on a node is changed"
        if not session.may_change(role):
            return "read-only: this node has read_only = true in sessions.toml"
        if view.hostname is None:
            return "not logged in: the host name at the prompt has not been seen"
        return self._bench.same_machine()

    def freeze(self, shown: Entry) -> Deletion:
        """The deletion of a row as it is now, if that is what was shown.

        Raises:
            PlanRefused: it cannot be deleted, or it is no longer what was shown.
        """
        refusal = self.node_refusal(shown.role) or row_refusal(shown)
        if refusal is not None:
            raise PlanRefused(f"{shown.role.word}: {refusal}")
        entry = self._bench.comparison.nodes[shown.role].entries.get(shown.id)
        if entry is None:
            raise PlanRefused(f"{shown.role.word} {shown.key}: the row is gone already")
        changed = row_refusal(entry) or changed_entry(shown, entry)
        if changed is not None:
            raise PlanRefused(f"{shown.role.word} {shown.key}: {changed}")
        return self._deletion(entry)

    def _deletion(self, entry: Entry) -> Deletion:
        view = self._bench.comparison.nodes[entry.role]
        if entry.key is None or entry.delete_command is None or view.hostname is None:
            raise PlanRefused("the row has no key that a command could be built from")
        unknown = identity_checks.unknown_role(view)
        return Deletion(
            role=entry.role,
            host=view.host,
            shown_address=view.shown_address,
            hostname=view.hostname,
            host_key=self._bench.node(entry.role).host_key,
            entry=entry,
            key=entry.key,
            command=entry.delete_command,
            must_type=self._must_type(entry),
            notices=(*view.notices, *((unknown,) if unknown else ())),
            journal_mark=self._bench.deletions.at_listing(entry.role).mark,
        )

    def _must_type(self, entry: Entry) -> tuple[str, ...]:
        key = None if entry.is_stale_remote else entry.key
        doubt = self._role_doubt(entry.role)
        hostname = self._bench.comparison.nodes[entry.role].hostname if doubt else None
        return tuple(text for text in (key, hostname) if text)

    def _role_doubt(self, role: Role) -> str | None:
        """Why the host name has to be typed."""
        return self._bench.contrary_role(role) or identity_checks.unknown_role(
            self._bench.comparison.nodes[role]
        )

    def other_node(self, deletion: Deletion) -> str | None:
        """Why the node on the line is not the one that was confirmed."""
        node = self._bench.node(deletion.role)
        if node.hostname != deletion.hostname:
            return f"the prompt now shows {node.hostname} instead of {deletion.hostname}"
        if node.host_key != deletion.host_key:
            return "the node's SSH host key has changed"
        return self._bench.same_machine()

    def last_word(self, deletion: Deletion) -> str | None:
        """Why not, in the moment before the command is typed: all this may have changed while it waited."""
        view = self._bench.comparison.nodes[deletion.role]
        return (
            self.forbidden(deletion.role)
            or self.other_node(deletion)
            or self._role_not_typed(deletion)
            or changed_meanwhile(deletion, view)
        )

    def _role_not_typed(self, deletion: Deletion) -> str | None:
        doubt = self._role_doubt(deletion.role)
        if doubt is None or deletion.hostname in deletion.must_type:
            return None
        return f"{doubt}: confirm again, with the host name typed"
