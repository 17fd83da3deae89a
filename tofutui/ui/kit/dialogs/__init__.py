"""Dialogs and questions: when they open, what counts as an answer."""
