"""Distinguished names: parse what a node prints, render what a certificate holds, compare, show.

This module is the door; the rooms are `name_values`, `name_der`, `name_render`, `name_grammar`, `name_match`.
"""

from tofutui.tofu.name_der import from_der
from tofutui.tofu.name_grammar import readings
from tofutui.tofu.name_match import Fit, NameComparison, Relation, compare, fit_log_name
from tofutui.tofu.name_render import renderings
from tofutui.tofu.name_values import Attribute, AttributeLine, DistinguishedName, UnreadableName

__all__ = [
    "Attribute",
    "AttributeLine",
    "DistinguishedName",
    "Fit",
    "NameComparison",
    "Relation",
    "UnreadableName",
    "compare",
    "fit_log_name",
    "from_der",
    "readings",
    "renderings",
]
