"""The nodes' questions as dialogs."""
