"""Privacy: whole values with stand-ins for what would name a site.

`Mask` gives a masked copy of any value, so that widths, wrapping and grouping are computed on the stand-ins.
Nothing that is sent, journalled or remembered goes through here.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar, cast

from tofutui.privacy.pseudonyms import Place
from tofutui.privacy.rules import FIELD_RULES, TYPE_RULES
from tofutui.privacy.walker import Walker
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.site.role import Role

T = TypeVar("T")


class Mask:
    """Stand-ins for what names a site; the same for the same thing as long as this object lives."""

    def __init__(self) -> None:
        self._walker = Walker(TYPE_RULES, FIELD_RULES)
        self._names = self._walker.names
        self._heads: dict[Role, tuple[NodeView, int, NodeView]] = {}

    @property
    def version(self) -> int:
        """Grows whenever something could be masked differently."""
        return self._names.version

    def text(self, text: str) -> str:
        """Free text with stand-ins; nothing else in it changes."""
        return self._names.text(text)

    def places(self, text: str) -> Iterator[Place]:
        """Where free text names something, from left to right: from, to, and what is shown there."""
        return self._names.places(text)

    def learn(self, *values: object) -> None:
        """Take note of the names in these values, so that they are found in free text from now on."""
        self._walker.learning = True
        try:
            for value in values:
                self._walker.walk(value)
        finally:
            self._walker.learning = False

    def learn_users(self, *names: str) -> None:
        """People: the account that runs this, who did a step."""
        for name in names:
            self._walker.user(name)

    def host(self, name: str) -> str:
        """The stand-in for a server's name or address, however short: in free text a short word stays."""
        return self._walker.label(name)

    def session(self, name: str) -> str:
        """The stand-in for a session's name."""
        return self._walker.session_name(name)

    def __call__(self, value: T) -> T:
        """The value with stand-ins: a copy, or the value itself where nothing in it names anything."""
        if not self._walker.is_of_table(value):
            self.learn(value)
        return cast("T", self._walker.walk(value))

    def head(self, view: NodeView) -> NodeView:
        """A node without its rows masked: for titles, which need none of them."""
        bare = replace(view, entries={})
        known = self._heads.get(view.role)
        if known is None or known[:2] != (bare, self.version):
            masked = self(bare)
            known = self._heads[view.role] = (bare, self.version, masked)
        return replace(known[2], entries=view.entries)
