"""Taking the echo of a typed command off its output, by comparing and not by counting lines."""


def squeezed(text: str) -> str:
    """Without white space and control characters: what wrapping and redrawing cannot change."""
    return "".join(c for c in text if c > " " and c != "\x7f")


_HOLD = 20
"""Lines of an echo at most; a command is never wrapped over more."""
_LONGEST = 4_000
"""Characters of one of its lines, with all that redrawing may put between them."""


class EchoFilter:
    """Drops the echo of one command from the lines that follow it.

    The echo may be alone, behind the prompt, twice (terminal and line editor), or wrapped over lines;
    it may also be missing.
    """

    def __init__(self, command: str, prompt: str) -> None:
        self._forms = (squeezed(command), squeezed(prompt + command))
        self._held: list[str] = []
        self._seen = False
        self._done = False

    def lines(self, lines: list[str]) -> list[str]:
        """Of the lines that ended, those which are output."""
        output: list[str] = []
        for at, line in enumerate(lines):
            if self._done:
                return output + lines[at:]
            output += self._judge(line)
        return output

    def rest(self) -> list[str]:
        """The lines held back for an echo that did not come."""
        held, self._held, self._done = self._held, [], True
        return held

    def _judge(self, line: str) -> list[str]:
        if len(line) > _LONGEST:
            self._held.append(line)
            return self.rest()
        so_far = squeezed("".join(self._held) + line)
        if so_far in self._forms:
            self._held = []
            self._done, self._seen = self._seen, True
            return []
        self._held.append(line)
        if not self._seen and len(self._held) < _HOLD and any(f.startswith(so_far) for f in self._forms):
            return []
        return self.rest()
