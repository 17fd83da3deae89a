"""Text of any length of which a bounded part is kept: its beginning and its end."""

from collections import deque


class KeptText:
    """Takes pieces of text; keeps the first ``head`` and the last ``tail`` characters of them."""

    def __init__(self, head: int, tail: int) -> None:
        self._head: list[str] = []
        self._free = head
        self._tail: deque[str] = deque()
        self._most = tail
        self._held = 0
        self._dropped = 0

    def add(self, piece: str) -> None:
        """Costs the same for each character, however many came before."""
        if self._free:
            self._head.append(piece[: self._free])
            piece = piece[self._free :]
            self._free -= len(self._head[-1])
        if piece:
            self._tail.append(piece)
            self._held += len(piece)
            self._drop()

    @property
    def text(self) -> str:
        """What is kept; a line between the two parts says how much is missing."""
        head, tail = "".join(self._head), "".join(self._tail)
        excess = max(0, len(tail) - self._most)
        dropped = self._dropped + excess
        gap = f"\n[{dropped:,} characters omitted]\n" if dropped else ""
        return f"{head}{gap}{tail[excess:]}"

    def _drop(self) -> None:
        """Whole pieces only: the oldest one stays as long as a part of it is kept."""
        while self._tail and self._held - len(self._tail[0]) >= self._most:
            oldest = len(self._tail.popleft())
            self._held -= oldest
            self._dropped += oldest
