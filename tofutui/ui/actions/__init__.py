"""Every action and its keys, declared once; loads no Textual."""
