"""Two names in little room: what they share is cut first, where they differ last. Knows no Textual."""

from itertools import takewhile

from rich.cells import cell_len, set_cell_size

from tofutui.tofu.base.text import safe


def shortened(text: str, cells: int, ellipsis: str = "…") -> str:
    """Text of at most ``cells`` cells, cut in its middle so that both ends stay."""
    if cell_len(text) <= cells:
        return text
    if cells <= cell_len(ellipsis) + 1:
        return set_cell_size(ellipsis, max(cells, 0)).rstrip()
    room = cells - cell_len(ellipsis)
    tail = ""
    for character in reversed(text):
        if cell_len(character + tail) > room // 2:
            break
        tail = character + tail
    return set_cell_size(text, room - cell_len(tail)).rstrip() + ellipsis + tail


def keeping_difference(text: str, other: str, cells: int, ellipsis: str = "…") -> str:
    """Text made safe and of at most ``cells`` cells; what differs from the other text is cut last."""
    text, other = safe(text), safe(other)
    if cell_len(text) <= cells:
        return text
    start, end = _in_common(text, other)
    middle = text[start : len(text) - end]
    room = cells - cell_len(middle)
    if text == other or room < 0:
        return shortened(text if text == other else middle, cells, ellipsis)
    after = shortened(text[len(text) - end :], max(room // 2, room - cell_len(text[:start])), ellipsis)
    before = shortened(text[:start], room - cell_len(after), ellipsis)
    return before + middle + after


def _in_common(text: str, other: str) -> tuple[int, int]:
    """How many characters at the start and at the end are those of the other text."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))
    rest, its_rest = reversed(text[start:]), reversed(other[start:])
    return start, sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(rest, its_rest, strict=False))
    )


def pair(stored: str, presented: str, cells: int, ellipsis: str = "…") -> tuple[str, str]:
    """Both names in ``cells`` cells altogether: the shorter one whole where it takes less than its half."""
    stored, presented = safe(stored), safe(presented)
    half = cells // 2
    left = max(half, cells - cell_len(presented))
    right = cells - min(left, cell_len(stored))
    return (
        keeping_difference(stored, presented, min(left, cells), ellipsis),
        keeping_difference(presented, stored, right, ellipsis),
    )
