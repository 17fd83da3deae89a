"""How a cursor or a text moves: the verbs of the actions, and how far each goes. Loads no Textual."""

MOVES = ("down", "up", "first", "last", "half_down", "half_up", "page_down", "page_up")
"""The last part of the id of every action that moves."""


def moved(move: str, at: int, count: int, page: int = 1) -> int:
    """Where a movement leads to from ``at``, within ``count`` places of which ``page`` are visible."""
    steps = {
        "down": 1, "up": -1, "first": -count, "last": count, "half_down": page // 2, "half_up": -(page // 2),
        "page_down": max(1, page - 1), "page_up": -max(1, page - 1),
    }  # fmt: skip
    return max(0, min(at + steps[move], count - 1))
