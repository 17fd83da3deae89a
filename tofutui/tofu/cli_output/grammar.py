"""What the admin CLI is typed and prints around an answer: commands, prompts, pagers, control sequences.

The patterns are pieces without anchors, to be combined where they are used (docs/appliance.md, Login).
"""

import re
from enum import StrEnum

from tofutui.tofu.site.endpoint import DELETE_COMMAND


class Command(StrEnum):
    """The commands that matter, in full."""

    LISTCERTS = "ncs certvalidation tofu-certs listcerts"
    DELETECERT = DELETE_COMMAND.rstrip()
    HA_STATUS = "ncs ha status"
    STATUS = "ncs status"
    CLOCK = "show clock"
    VERSION = "show version"
    NO_PAGER = "terminal length 0"
    EXIT = "exit"
    OTHER = ""


PROMPT = re.compile(r"(?P<host>[^\s/@#>()]{1,100})/(?P<user>[^\s/#>()]{1,100})[#>][ ]{0,2}")
"""A prompt that a live shell waits at, as a whole line; a config prompt holds brackets and is none."""
SAVED_PROMPT = re.compile(
    r"[ \t]{0,8}(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,99})/(?P<user>[A-Za-z0-9][A-Za-z0-9._@\\-]{0,99})"
    r"(?P<mode>\(config[^()]{0,60}\))?[#>]"
    r"(?=\s|\Z|(?i:ncs|show|terminal|exit)\b)"
)
"""A prompt at the start of a saved line, with or without a command after it."""
LIKE_PROMPT = r"[^\s/=]{1,255}/[^\s/#>=]{1,255}[#>](?:\s.*)?"
"""A line of a listing that looks like a prompt, of whatever names."""
OTHER_PROMPT = re.compile(r"(?!\d+(?:[.,]\d+)?%)(?![#=.*>-]{2,}\Z)\S{0,100}[#$>%]")
"""The last word of a shell's, a router's or a config prompt; a row of # is a progress bar, as 45% is."""

_MORE = (
    "(?:more|plus|mehr|m[a\u00e1]s|mais|altro|meer|mere|mer|wi[e\u0119]cej|dal[s\u0161]\u00ed|\u0434\u0430\u043b\u0435\u0435"
    "|\u7d9a\u3051\u308b|\u7ee7\u7eed|\u66f4\u591a|\uacc4\uc18d)"
)
"""What pagers call the rest, in the languages that util-linux speaks."""
PAGER_MARK = rf"-{{1,3}} ?\(?{_MORE}(?: \d{{1,3}}%)?\)? ?-{{1,3}}"
"""What a pager shows while it waits, in whatever case."""
PAGER = re.compile(rf"\s*<?{PAGER_MARK}[^\r\n]{{0,60}}", re.IGNORECASE)
"""A pager waiting on a line of its own."""
MIDLINE_PAGER = re.compile(
    rf"(?P<before>[^\r\n]*?[^\s<-])\s*<?{PAGER_MARK}>?(?:\s?\(\d{{1,3}}%\))?\s*\Z", re.IGNORECASE
)
"""A pager waiting in the middle of a line of the output."""
_LINES = r"(?:lines? \d{1,9}-\d{1,9}(?:/\d{1,9})?(?: byte \d{1,12}/\d{1,12})?(?: \d{1,3}%)?)"
_ANY_KEY = r"\b(?:press|hit|strike|type|use)\s+(?:any\s+key|a\s+key|<?space>?)"
OTHER_PAGER = re.compile(
    rf"\s*(?:{_LINES}|:|\(\d{{1,3}}%\)|[^\r\n]{{0,20}}{_ANY_KEY}[^\r\n]{{0,50}})\s*", re.IGNORECASE
)
"""What less and the pagers of other devices show; a space turns the page."""
PAGER_END = re.compile(rf"\s*{_LINES}?\s*\(END\)[^\r\n]{{0,40}}", re.IGNORECASE)
"""less behind the last line: q leaves it."""
SAVED_PAGER = re.compile(rf"(?:[ \t]*<?{PAGER_MARK}>?[ \t]*(?:\([^()\n]{{0,60}}\))?)+[ \t]*", re.IGNORECASE)
"""The marks that pagers left in a saved line, one after the other."""
PRESS_ENTER = re.compile(
    r"(?:press|hit|strike)\s+(?:<?(?:enter|return)>?\s+(?:key\s+)?to\s+continue"
    r"|(?:any|a)\s+key(?:\s+to\s+continue)?(?:\s*\([^()\n]{0,40}\))?)[\s.…:?]*",
    re.IGNORECASE,
)
"""The other kind of pager."""

_STRING_LIMIT = 256
"""A control string (OSC, DCS …) longer than this, or running over a line end, is text."""
TEXT = r"(?P<text>[^\x00-\x1f\x7f]+)"
CONTROL_SEQUENCE = r"\x1b\[(?P<parameters>[0-?]{0,32})[ -/]{0,4}(?P<final>[@-~])"
"""CSI."""
ESCAPE_SEQUENCE = (
    r"\x1b(?:"
    rf"[\]PX^_][^\x07\x1b\r\n]{{0,{_STRING_LIMIT}}}(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    r"|[ -/]{1,4}[0-~]"  # character sets and the like
    r"|[0-Z\\^_`a-~]"  # two characters
    r")?"
)
"""Every other escape sequence, and an ESC that begins none."""
UNFINISHED_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}"
    rf"|[\]PX^_][^\x07\x1b\r\n]{{0,{_STRING_LIMIT}}}\x1b?"
    r"|[ -/]{0,4})?\Z"
)
"""The beginning of a sequence at the end of what has arrived so far."""
