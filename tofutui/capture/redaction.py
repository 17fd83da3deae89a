"""Text with a stand-in for every word that may name a site; columns, grammar and lengths stay.

Two passes: `learn` sees every text of a capture first, so that no stand-in is a value that was printed and a
word that a terminal broke over two lines is put together where it is known from elsewhere.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from ipaddress import AddressValueError, IPv4Address

from tofutui.capture.stand_ins import CaptureStandIns, is_plain, lowered, recased
from tofutui.capture.visible import Visible, shown
from tofutui.tofu.base.secret import Secret

HIDDEN = "*"
"""What a secret is replaced by, letter for letter."""
_TELLING = 4
"""Letters of the shortest secret that is looked for everywhere."""
_MARKS = "\u200c\u200d" + "".join(
    chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)).startswith("M")
)
"""What belongs to the letter before it: without them the words of some scripts fall into single letters."""
_LETTER = r"[^\W_]|[\udc80-\udcff]"
_WORD = rf"(?:{_LETTER})(?:{_LETTER}|[{_MARKS}])*"
_NO_DATE = r"(?!(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9])|[0-9]{2}-[0-9]{2}-(?:19|20)[0-9]{2}(?![0-9]))"
_TOKEN = re.compile(
    rf"""(?P<base64>(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]*[0-9+/])[A-Za-z0-9+/]{{40,}}={{0,2}}(?![A-Za-z0-9+/=]))
    |(?P<clock>(?<![0-9:])(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T)?[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}
        (?:[.,][0-9]{{1,9}})?Z?(?![0-9:]))
    |(?P<hex>(?<![^\W_])(?:[0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{5,}}|[0-9A-Fa-f]{{2}}(?:-[0-9A-Fa-f]{{2}}){{5}}
        |[0-9A-Fa-f]{{4}}(?:\.[0-9A-Fa-f]{{4}}){{2}}|(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{{8,}})(?![^\W_]))
    |(?P<ipv6>(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f]*:[0-9A-Fa-f:]*:)(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}[0-9A-Fa-f]{{0,4}}
        (?![0-9A-Za-z]|\.[0-9]))
    |(?P<ipv4>(?<![0-9A-Za-z.])(?:(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?!\.?[0-9])
        |(?:[0-9]{{1,3}}-){{3}}[0-9]{{1,3}}(?!-?[0-9])))
    |(?P<phone>\+[0-9][0-9 ()/-]{{6,}}[0-9]
        |\([0-9]{{2,5}}\)[ ]?[0-9]{{2,5}}(?:[ -][0-9]{{2,5}})*
        |(?<![^\W_])0[0-9]{{2,4}}/[0-9]{{3,}}(?:[ -]?[0-9]{{2,}})*
        |(?<![^\W_])0[0-9](?:[ .][0-9]{{2}}){{4}}(?![0-9])
        |(?<![\w.:/-]){_NO_DATE}
            (?:[0-9]{{3}}-[0-9]{{4}}|(?=(?:[0-9]-?){{7}})[0-9]{{2,5}}(?:-[0-9]{{2,5}}){{2,}})(?![\w-]|\.[0-9]))
    |(?P<country>(?<![^\W_])C[ ]?=[ ]?[A-Z]{{2}}(?![^\W_]))
    |(?P<word>{_WORD})""",
    re.VERBOSE,
)
_PART = r"(?:[^\W_]|[-.\udc80-\udcff])+"
_BROKEN = re.compile(rf"({_PART})( ?[\r\n]+)({_PART})")
_ENDS = (re.compile(rf"{_WORD}\Z"), re.compile(_WORD))
"""The last word before a line's end, the first one after it."""
_COMPOUND = re.compile(rf"{_WORD}(?:[-.]{_WORD})+")
_NAMED = re.compile(
    rf"(?:\bhost\s*=\s*|(?:^|[\r\n])|\bCN\s*=\s*|@)({_WORD}(?:[-.]{_WORD})*)(?=_[0-9]|/[^\s/#>]{{1,100}}[#>]|\s*[,;/\r\n]|\Z)",
    re.IGNORECASE,
)
"""Where a host is named: a row's key, a prompt, a common name, an address of a mailbox."""
_VALUE = re.compile(
    r"(?:\A|[/,;=\s])(?:CN|O|OU|L|ST|S|street|streetAddress|businessCategory|title|T|SN|GN|givenName|surname)\s*=\s*"
    r"(?:\"([^\"\r\n]{2,200})\"|([^/,;=\r\n]{2,200}?)(?=\s*(?:[/,;\r\n]|\Z)))",
    re.IGNORECASE,
)
"""A value of a distinguished name, in quotes or without."""
_MOST_PHRASES = 500
_ANNOUNCED = re.compile(
    r"(?:\bncs\s+ha\s+authkey[ \t]+"
    r"|\b(?:pass(?:word|phrase|wd)?|secret|community|token|auth(?:entication)?[ _-]?key)\b[ \t]*"
    r"(?:[:=]|\bis\b)[ \t]*)([^\s,;]+)",
    re.IGNORECASE,
)
"""What announces a secret, and the secret."""
_VERSION_BEFORE = re.compile(r"(?i:version|build|release|openssl|java|kernel|openssh)[ \t_:v-]{0,4}\Z")
_PHONE_BEFORE = re.compile(
    r"(?i:\b(?:tel|telephone|phone|fax|ext|extension|mobile|cell|pager|hotline|dial|call))\b"
    r"[.:]{0,2}[ ()/.0-9-]{0,20}\Z"
)
_TITLE = re.compile(r"(\x1b\][0-9]{0,4};?)([^\x07\x1b]{0,256})(?=\x07|\x1b\\)")
"""A command to the terminal that holds a text, such as the title of its window, and that text."""
_GAP = r"(?:\x1b\[[0-?]{0,32}[ -/]{0,4}[@-~]|[\x00\x07\x08\x0e\x0f\n]|[ ]?\r)"
"""What a terminal may be sent between two letters that a person reads side by side."""
_GAPS = re.compile(f"({_GAP}+)")
_KEPT_ADDRESSES = re.compile(r"(?:127|0|255)\.")


class Redaction:
    """What is replaced by what, for all texts of one capture; with ``real_names`` only secrets are."""

    def __init__(
        self, secrets: Iterable[Secret] = (), struck: Iterable[str] = (), *, real_names: bool = False
    ) -> None:
        revealed = {s.reveal() for s in secrets if len(s.reveal().strip()) >= _TELLING}
        self._secrets = [_in_any_form(secret) for secret in sorted(revealed, key=len, reverse=True)]
        self._struck = {word.lower() for word in struck}
        self._real_names = real_names
        self._stand_ins = CaptureStandIns()
        self._whole: set[str] = set()
        self._names: set[str] = set()
        self._phrases: set[tuple[str, ...]] = set()
        """Names of several words, one of which may name something: then its plain ones do too."""
        self._in_phrases: re.Pattern[str] | None = None
        self.kept: Counter[str] = Counter()
        """The words that were not replaced, and how often each was printed."""

    @property
    def replaced(self) -> dict[str, list[str]]:
        """The values that were replaced, by kind."""
        return self._stand_ins.given

    def learn(self, text: str, *, is_name: bool = False) -> None:
        """See a text before anything is replaced; ``is_name``: it is a name as a whole."""
        for title in _TITLE.finditer(text):
            self.learn(title[2], is_name=is_name)
        visible = shown(text)
        halves = {at for broken in _breaks(visible) for at in (broken.start(1), broken.start(3))}
        for token in _TOKEN.finditer(visible):
            is_word = token.lastgroup == "word"
            value = lowered(token.group()) if is_word else token.group()
            self._stand_ins.note_real(value)
            if is_word and token.start() not in halves:
                self._whole.add(value)
        values = [value for pair in _VALUE.findall(visible) for value in pair]
        for value in [*values, visible] if is_name else values:
            self._learn_phrase(value)
        named = _COMPOUND.findall(visible) if is_name else _NAMED.findall(visible)
        for compound in map(lowered, named):
            self._names.update((compound, *compound.split(".")))

    def _learn_phrase(self, name: str) -> None:
        words = tuple(map(lowered, re.findall(_WORD, name)))
        plain = list(map(is_plain, words))
        if any(plain) and not all(plain) and len(self._phrases) < _MOST_PHRASES:
            self._phrases.add(words)
            self._in_phrases = None

    def data(self, raw: bytes) -> bytes:
        """What a shell printed, with stand-ins; as many bytes as before, each in its place."""
        text = raw.decode("utf-8", "surrogateescape")
        return self.text(text).encode("utf-8", "surrogateescape")

    def text(self, text: str) -> str:
        """Any text, with stand-ins."""
        inside = _TITLE.sub(lambda title: title[1] + self._plain_text(title[2]), text)
        return self._plain_text(inside)

    def _plain_text(self, text: str) -> str:
        visible = Visible(self._without_secrets(text))
        changed = list(visible.shown)
        joined, places = self._unbroken(visible.shown)
        for start, end, stand_in in self._places(joined):
            at = range(start, end) if places is None else places[start:end]
            for char, place in zip(stand_in, at, strict=True):
                changed[place] = char
        return visible.written(changed)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = secret.sub(_struck_out, text)
        return _ANNOUNCED.sub(_hidden, text)

    def _unbroken(self, shown: str) -> tuple[str, list[int] | None]:
        """The text without line ends inside words that are known from elsewhere, and where each letter was.

        None: each letter is where it was.
        """
        dropped: set[int] = set()
        for broken in _breaks(shown):
            if self._is_one(lowered(broken[1]), lowered(broken[3])):
                dropped.update(range(broken.start(2), broken.end(2)))
        if not dropped:
            return shown, None
        places = [place for place in range(len(shown)) if place not in dropped]
        return "".join(shown[place] for place in places), places

    def _is_one(self, before: str, after: str) -> bool:
        """Whether the ends of two lines are one name or one word that is known from elsewhere."""
        if (before + after).strip("-.") in self._names and "-" in before + after:
            return True
        last, first = _ENDS[0].search(before), _ENDS[1].match(after)
        if not last or not first or not self._is_whole(last[0] + first[0]):
            return False
        are_two = min(len(last[0]), len(first[0])) > 2 and all(map(self._is_whole, (last[0], first[0])))
        return not are_two

    def _is_whole(self, word: str) -> bool:
        return is_plain(word) or word in self._whole

    def _places(self, text: str) -> Iterable[tuple[int, int, str]]:
        named = set() if self._real_names else self._named(text)
        for token in _TOKEN.finditer(text):
            value, kind = token.group(), token.lastgroup or ""
            stand_in = value if self._real_names else self._stand_in(kind, value, text, token.start())
            if kind == "word" and token.start() in named and _is_telling(value):
                stand_in = self._given(value)
            if kind == "word" and stand_in == value:
                self.kept[value] += 1
            if stand_in != value:
                yield token.start(), token.end(), stand_in

    def _named(self, text: str) -> set[int]:
        """Where words begin that are parts of a host's name: there even a plain one gets a stand-in."""
        starts: set[int] = set()
        for compound in _COMPOUND.finditer(text):
            whole = lowered(compound.group())
            at = compound.start()
            for label in [whole] if whole in self._names else whole.split("."):
                has_letters = any(map(str.isalpha, label))
                if label in self._names and has_letters and ("-" in label or "." in label):
                    starts.update(at + word.start() for word in re.finditer(_WORD, label))
                at += len(label) + 1
        for phrase in self._phrase_pattern().finditer(text):
            starts.update(phrase.start() + word.start() for word in re.finditer(_WORD, phrase.group()))
        return starts

    def _phrase_pattern(self) -> re.Pattern[str]:
        """Finds each phrase with any signs between its words; the longest where one begins with another."""
        if self._in_phrases is None:
            longest = sorted(self._phrases, key=lambda words: (-len(words), words))
            ways = [r"[\W_]{1,4}".join(map(re.escape, words)) for words in longest]
            self._in_phrases = re.compile(
                rf"(?<![^\W_])(?:{'|'.join(ways) or '(?!)'})(?![^\W_])", re.IGNORECASE
            )
        return self._in_phrases

    def _stand_in(self, kind: str, value: str, text: str, at: int) -> str:
        rules: dict[str, Callable[[str], str]] = {
            "word": self._word,
            "hex": self._hexadecimal,
            "base64": self._stand_ins.base64,
            "ipv6": self._ipv6,
            "phone": self._digits,
        }
        if kind == "ipv4":
            return value if _VERSION_BEFORE.search(text, max(0, at - 20), at) else self._ipv4(value)
        if value.isdecimal() and len(value) > 1 and _PHONE_BEFORE.search(text, max(0, at - 40), at):
            return self._given(value)
        return rules[kind](value) if kind in rules else value

    def _word(self, word: str) -> str:
        if is_plain(word) and word.lower() not in self._struck:
            return word
        return self._given(word)

    def _given(self, word: str) -> str:
        return recased(self._stand_ins.word(lowered(word)), word)

    def _hexadecimal(self, text: str) -> str:
        if text.isdecimal() and len(text) < 16:
            return self._word(text)
        digits = re.sub("[^0-9A-Fa-f]", "", text).lower()
        made = iter(self._stand_ins.hexadecimal(digits))
        stand_in = "".join(char if char in ":-." else next(made) for char in text)
        return stand_in.upper() if any(char.isupper() for char in text) else stand_in

    def octets(self, raw: bytes, lead: str = "") -> bytes:
        """Bytes that mean nothing to a reader, such as a key or a hash; as many others, beginning so."""
        if self._real_names or not raw:
            return raw
        return bytes.fromhex(self._stand_ins.hexadecimal(raw.hex(), lead))

    def ipv4(self, raw: bytes) -> bytes:
        """An address of four bytes."""
        text = self._ipv4(".".join(map(str, raw)))
        return raw if self._real_names else bytes(map(int, text.split(".")))

    def ipv6(self, raw: bytes) -> bytes:
        """An address of sixteen bytes, group by group."""
        groups = [raw[at : at + 2].hex() for at in range(0, 16, 2)]
        return raw if self._real_names else bytes.fromhex("".join(map(self._group, groups)))

    def _ipv4(self, text: str) -> str:
        """An address with dots, or with dashes as in names made of addresses."""
        dotted = text.replace("-", ".")
        if _KEPT_ADDRESSES.match(dotted) or not _is_address(dotted):
            return text
        made = self._stand_ins.address(dotted)
        return made if dotted == text else made.replace(".", "-")

    def _ipv6(self, text: str) -> str:
        """Group by group, so that every spelling of an address gets the same; loopback stays."""
        parts = re.split("(:)", text)
        return "".join(part if part == ":" else self._group(part) for part in parts)

    def _group(self, part: str) -> str:
        digits = part.lstrip("0").lower()
        if len(digits) < 2 or digits in ("fe80", "2001", "ffff"):
            return part
        made = part[: len(part) - len(digits)] + self._stand_ins.group(digits)
        return made.upper() if any(char.isupper() for char in part) else made

    def _digits(self, text: str) -> str:
        made = iter(self._stand_ins.word(re.sub("[^0-9]", "", text)))
        return "".join(next(made) if char.isdecimal() else char for char in text)


def _breaks(text: str) -> Iterator[re.Match[str]]:
    """Where a line ends between two words, each of which may be a half of one."""
    at = 0
    while broken := _BROKEN.search(text, at):
        yield broken
        at = broken.start(3)


def _is_telling(part: str) -> bool:
    """Whether a plain part of a name is replaced with it: a word, or a number longer than a count."""
    return (part.isalpha() and len(part) > 1) or (part.isdecimal() and len(part) > 3)


def _in_any_form(secret: str) -> re.Pattern[str]:
    """The secret as a terminal may show it: in other capitals, with control sequences or wraps inside."""
    return re.compile(f"{_GAP}*".join(map(re.escape, secret)), re.IGNORECASE)


def _struck_out(secret: re.Match[str]) -> str:
    """As many signs as it has bytes; what is between its letters stays."""
    parts = _GAPS.split(secret.group())
    hidden = [HIDDEN * len(part.encode("utf-8", "surrogateescape")) for part in parts[::2]]
    return "".join(a + b for a, b in zip(hidden, [*parts[1::2], ""], strict=True))


def _hidden(announced: re.Match[str]) -> str:
    start = announced.start(1) - announced.start()
    return announced.group()[:start] + HIDDEN * len(announced[1].encode("utf-8", "surrogateescape"))


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
